/** Property tests draw the same cases every time, so that a failure in CI is a failure everywhere; a test may set its own. */
import fc from 'fast-check';

fc.configureGlobal({ seed: 20_160_601 });

/**
 * What people ask for when something has failed.
 */
export const ACTION_ABORT = 0;
export const ACTION_ROLLBACK = 1;

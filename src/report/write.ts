/**
 * A stored result on paper: page, Markdown, JUnit and figures in one folder. Each file is written beside its place and
 * renamed, so nobody ever reads half a file.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '#base/error';
import type { StoredResult } from '#experiment/result';
import { printChart, standaloneSvg } from './chart-theme.js';
import { writeContent } from './content.js';
import { figuresOf, type ReportDocument } from './document.js';
import { type Drawing, writeHtml } from './html.js';
import { writeJunit } from './junit.js';
import { writeMarkdown } from './markdown.js';
import { loadRenderer } from './render.js';

/**
 * Writes `report.html`, `report.md`, `junit.xml` and for each figure `figures/<name>.svg` with its specification
 * `figures/<name>.vl.json`. A figure without data is written too and says so.
 *
 * @param dir - folder to write into; made where it is missing
 * @returns paths of the files, each `dir` and a name
 * @throws UserError where the folder cannot be written
 */
export function writeReport(dir: string, stored: StoredResult): Promise<readonly string[]> {
  return writeDocument(dir, writeContent(stored), new Map([['junit.xml', writeJunit(stored)]]));
}

/**
 * Writes a document as page and Markdown with its figures, as `writeReport` does.
 *
 * @param beside - further files, by name
 */
export async function writeDocument(
  dir: string,
  content: ReportDocument,
  beside: ReadonlyMap<string, string | Uint8Array>,
): Promise<readonly string[]> {
  const figures = figuresOf(content);
  const render = await loadRenderer();
  const drawings = new Map<string, Drawing>();
  const files = new Map<string, string | Uint8Array>();
  for (const { name, wide, narrow } of figures) {
    const drawing = { wide: await render(wide), narrow: await render(narrow) };
    drawings.set(name, drawing);
    files.set(join('figures', `${name}.svg`), `${standaloneSvg(drawing.wide, wide.description)}\n`);
    files.set(join('figures', `${name}.vl.json`), printChart(wide));
  }
  files.set('report.html', writeHtml(content, drawings));
  files.set(
    'report.md',
    writeMarkdown(content, ({ name }) => `figures/${name}.svg`),
  );
  for (const [name, data] of beside) files.set(name, data);
  return saveFiles(dir, files);
}

async function saveFiles(dir: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<string[]> {
  const paths: string[] = [];
  try {
    await mkdir(join(dir, 'figures'), { recursive: true });
    for (const [name, data] of files) {
      const path = join(dir, name);
      await saveFile(path, data);
      paths.push(path);
    }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const what = `the report cannot be written: ${why}`;
    throw new UserError([{ file: dir, what, fix: 'Name a folder that can be written with --out DIR.' }]);
  }
  return paths;
}

async function saveFile(path: string, data: string | Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(beside, data);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

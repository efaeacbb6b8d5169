/**
 * A report as GitHub-flavoured Markdown: the same content as the page, figures by relative path.
 */
import type { Block, Cell, ReportDocument, Table, Tile } from './document.js';
import type { Figure } from './figures.js';
import { cleanText, escapeMarkdown } from './text.js';
import { TONE_MARK, VERDICT_TONE } from './words.js';

/**
 * Prints a document.
 *
 * @param pathOf - where a figure lies, relative to the report
 */
export function writeMarkdown(document: ReportDocument, pathOf: (figure: Figure) => string): string {
  const blocks = [
    `# ${TONE_MARK[VERDICT_TONE[document.verdict]]} ${escapeMarkdown(document.headline)}`,
    escapeMarkdown(document.meaning),
    document.warning === null ? '' : `**${escapeMarkdown(document.warning)}**`,
    document.concerns
      .map(({ claim, word, tone, reason }) => {
        return `- ${TONE_MARK[tone]} ${escapeMarkdown(word)}: **${escapeMarkdown(claim)}**. ${escapeMarkdown(reason)}`;
      })
      .join('\n'),
    document.facts.map(({ term, text }) => `${escapeMarkdown(term)}: ${escapeMarkdown(text)}`).join(' · '),
    ...document.sections.flatMap(({ title, blocks: inner }) => [
      `## ${escapeMarkdown(title)}`,
      ...inner.map((block) => writeBlock(block, pathOf)),
    ]),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function writeBlock(block: Block, pathOf: (figure: Figure) => string): string {
  switch (block.kind) {
    case 'paragraph':
      return escapeMarkdown(block.text);
    case 'quote':
      return `> ${escapeMarkdown(block.text)}`;
    case 'heading':
      return `### ${escapeMarkdown(block.text)}`;
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
    case 'terms':
      return block.items.map(({ term, text }) => `- **${escapeMarkdown(term)}**: ${escapeMarkdown(text)}`).join('\n');
    case 'command':
      return `${escapeMarkdown(block.label)}:\n\n${fence(block.text)}`;
    case 'tiles':
      return writeTable(tableOfTiles(block.tiles));
    case 'figures':
      return block.figures.map((figure) => writeFigure(figure, pathOf)).join('\n\n');
    case 'fold': {
      const inside = block.blocks.map((inner) => writeBlock(inner, pathOf)).join('\n\n');
      return `<details>\n<summary>${escapeMarkdown(block.title)}</summary>\n\n${inside}\n\n</details>`;
    }
    case 'table':
      return writeTable(block);
  }
}

/** A block of code whose fence is longer than any run of backticks inside it. */
function fence(text: string): string {
  const clean = cleanText(text);
  const longest = Math.max(2, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}sh\n${clean}\n${ticks}`;
}

function writeFigure(figure: Figure, pathOf: (figure: Figure) => string): string {
  if (figure.isEmpty) return `**${escapeMarkdown(figure.title)}**: ${escapeMarkdown(figure.caption)}`;
  return `![${escapeMarkdown(figure.wide.description)}](${pathOf(figure)})\n\n*${escapeMarkdown(figure.caption)}*`;
}

function tableOfTiles(tiles: readonly Tile[]): Table {
  const rows = tiles.map(({ label, value, interval, note }): Cell[] => [
    { text: label },
    { text: value },
    { text: interval },
    { text: note },
  ]);
  const columns = [
    { title: 'Measure' },
    { title: 'Estimate', isNumber: true },
    { title: 'Interval', isNumber: true },
    { title: 'What it is' },
  ];
  return { kind: 'table', caption: '', columns, rows, empty: 'Nothing was measured.' };
}

function writeTable({ caption, columns, rows, empty }: Table): string {
  if (rows.length === 0) return escapeMarkdown(empty);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = [
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ isNumber }) => (isNumber === true ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(writeCell))),
  ].join('\n');
  return caption === '' ? table : `*${escapeMarkdown(caption)}*\n\n${table}`;
}

function writeCell({ text, note, tone }: Cell): string {
  const mark = tone === undefined ? '' : `${TONE_MARK[tone]} `;
  const more = note === undefined || note === '' ? '' : ` (${escapeMarkdown(note)})`;
  return `${mark}${escapeMarkdown(text)}${more}`;
}

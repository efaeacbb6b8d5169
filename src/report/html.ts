/**
 * A report as one HTML file that works offline: charts and style are inside, nothing is fetched, no script runs. A policy in
 * the page forbids both, so a hostile scenario name could do nothing even if it got through the escaping.
 */
import { inlineSvg } from './chart-theme.js';
import type { Block, Cell, ReportDocument, Section, Table, Tile } from './document.js';
import type { Figure } from './figures.js';
import { VERDICT_WORD } from './headline.js';
import { PAGE_STYLE } from './html-style.js';
import { escapeMarkup } from './text.js';
import { TONE_MARK, type Tone, VERDICT_TONE, type Verdict } from './words.js';

/** A figure as SVG text, at both of its widths. */
export interface Drawing {
  readonly wide: string;
  readonly narrow: string;
}

/**
 * Prints a document.
 *
 * @param drawings - a drawing for each figure with data, by the figure's name
 */
export function writeHtml(document: ReportDocument, drawings: ReadonlyMap<string, Drawing>): string {
  const title = `${VERDICT_WORD[document.verdict]}: ${document.name}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeMarkup(title)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    '<a class="skip" href="#verdict">Skip to the verdict</a>',
    '<div class="page">',
    `<header><p class="eyebrow">Rollout rehearsal: ${escapeMarkup(document.name)}</p></header>`,
    '<main>',
    writeVerdict(document),
    writeContents(document.sections),
    ...document.sections.map((section) => writeSection(section, drawings)),
    '</main>',
    '<footer><p>A simulated rehearsal, not an observation of a live chain. Every number can be reproduced with the commands above.</p></footer>',
    '</div>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Three outlines that differ without colour: a disc, an octagon, a diamond. */
const VERDICT_ICON: Readonly<Record<Verdict, string>> = {
  go: '<circle cx="12" cy="12" r="10.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M7 12.5l3.5 3.5L17 9" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/>',
  'no-go':
    '<path d="M8 1.5h8L22.5 8v8L16 22.5H8L1.5 16V8z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><path d="M8.5 8.5l7 7m0-7l-7 7" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/>',
  inconclusive:
    '<path d="M12 1.2L22.8 12 12 22.8 1.2 12z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><path d="M9.6 9.8a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.1.9-1.1 1.7m0 2.8v.1" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>',
};

function writeVerdict(document: ReportDocument): string {
  const concerns = document.concerns.map(({ claim, word, tone, reason }) => {
    return `<li><span class="tone ${tone}">${writeMark(tone)}${escapeMarkup(word)}:</span><code>${escapeMarkup(claim)}</code><span>${escapeMarkup(reason)}</span></li>`;
  });
  const facts = document.facts.map(
    ({ term, text }) => `<div><dt>${escapeMarkup(term)}</dt><dd>${escapeMarkup(text)}</dd></div>`,
  );
  return [
    `<section class="verdict ${VERDICT_TONE[document.verdict]}" aria-labelledby="verdict">`,
    `<p class="badge"><svg viewBox="0 0 24 24" aria-hidden="true">${VERDICT_ICON[document.verdict]}</svg>${VERDICT_WORD[document.verdict]}</p>`,
    `<h1 id="verdict">${escapeMarkup(document.headline)}</h1>`,
    document.warning === null ? '' : `<p class="warning">${escapeMarkup(document.warning)}</p>`,
    `<p>${escapeMarkup(document.meaning)}</p>`,
    concerns.length === 0 ? '' : `<ul class="concerns">${concerns.join('')}</ul>`,
    '</section>',
    `<dl class="facts">${facts.join('')}</dl>`,
  ].join('\n');
}

function writeContents(sections: readonly Section[]): string {
  const links = sections.map(({ id, title }) => `<li><a href="#${id}">${escapeMarkup(title)}</a></li>`);
  return `<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>`;
}

function writeSection({ id, title, blocks }: Section, drawings: ReadonlyMap<string, Drawing>): string {
  const body = blocks.map((block) => writeBlock(block, drawings));
  return [`<section id="${id}">`, `<h2>${escapeMarkup(title)}</h2>`, ...body, '</section>'].join('\n');
}

function writeBlock(block: Block, drawings: ReadonlyMap<string, Drawing>): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${escapeMarkup(block.text)}</p>`;
    case 'quote':
      return `<blockquote>${escapeMarkup(block.text)}</blockquote>`;
    case 'heading':
      return `<h3>${escapeMarkup(block.text)}</h3>`;
    case 'list':
      return `<ul class="list">${block.items.map((item) => `<li>${escapeMarkup(item)}</li>`).join('')}</ul>`;
    case 'terms': {
      const items = block.items.map(({ term, text }) => `<dt>${escapeMarkup(term)}</dt><dd>${escapeMarkup(text)}</dd>`);
      return `<dl class="terms">${items.join('')}</dl>`;
    }
    case 'command':
      return `<div class="command"><p>${escapeMarkup(block.label)}:</p><pre>${escapeMarkup(block.text)}</pre></div>`;
    case 'tiles':
      return `<div class="tiles">${block.tiles.map(writeTile).join('')}</div>`;
    case 'figures':
      return `<div class="figures">${block.figures.map((figure) => writeFigure(figure, drawings.get(figure.name))).join('\n')}</div>`;
    case 'fold': {
      const inside = block.blocks.map((inner) => writeBlock(inner, drawings)).join('');
      return `<details${block.isScreenOnly ? ' class="screen"' : ''}><summary>${escapeMarkup(block.title)}</summary>${inside}</details>`;
    }
    case 'table':
      return writeTable(block);
  }
}

function writeTile({ label, value, interval, note, share }: Tile): string {
  const percent = (part: number): string => `${(Math.min(Math.max(part, 0), 1) * 100).toFixed(2)}%`;
  const scale =
    share === null
      ? ''
      : `<span class="scale" aria-hidden="true"><i style="left:${percent(share.low)};width:${percent(share.high - share.low)}"></i><i style="left:${percent(share.estimate)}"></i></span>`;
  const range = interval === '' ? '' : `<p>${escapeMarkup(interval)}</p>`;
  return `<div class="tile"><p class="label">${escapeMarkup(label)}</p><b>${escapeMarkup(value)}</b>${range}${scale}<p class="note">${escapeMarkup(note)}</p></div>`;
}

function writeFigure(figure: Figure, drawing: Drawing | undefined): string {
  const { name, title, caption, isHalf, wide, narrow } = figure;
  if (figure.isEmpty || drawing === undefined) {
    return `<figure class="empty ${isHalf ? 'half' : 'full'}"><figcaption><strong>${escapeMarkup(title)}</strong>${escapeMarkup(caption)}</figcaption></figure>`;
  }
  return [
    `<figure class="${isHalf ? 'half' : 'full'}">`,
    inlineSvg(drawing.wide, wide.description, `${name}-wide`, 'wide'),
    inlineSvg(drawing.narrow, narrow.description, `${name}-narrow`, 'narrow'),
    `<figcaption>${escapeMarkup(caption)}</figcaption>`,
    '</figure>',
  ].join('\n');
}

function writeTable({ caption, columns, rows, empty }: Table): string {
  if (rows.length === 0) return `<p>${escapeMarkup(empty)}</p>`;
  const isNumber = (index: number): boolean => columns[index]?.isNumber === true;
  const head = columns.map(
    ({ title }, i) => `<th scope="col"${isNumber(i) ? ' class="number"' : ''}>${escapeMarkup(title)}</th>`,
  );
  const body = rows.map((row) => `<tr>${row.map((cell, i) => writeCell(cell, i === 0, isNumber(i))).join('')}</tr>`);
  return [
    `<div class="scroll" role="region" tabindex="0" aria-label="${escapeMarkup(caption)}">`,
    `<table><caption>${escapeMarkup(caption)}</caption>`,
    `<thead><tr>${head.join('')}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody></table></div>`,
  ].join('\n');
}

function writeCell({ text, note, tone }: Cell, isHead: boolean, isNumber: boolean): string {
  const tag = isHead ? 'th scope="row"' : 'td';
  const word = /\s/.test(text) ? '' : ' word'; // the mark stays on the line of a single word
  const content =
    tone === undefined
      ? escapeMarkup(text)
      : `<span class="tone ${tone}${word}">${writeMark(tone)}${escapeMarkup(text)}</span>`;
  const small = note === undefined || note === '' ? '' : `<small>${escapeMarkup(note)}</small>`;
  return `<${tag}${isNumber ? ' class="number"' : ''}>${content}${small}</${isHead ? 'th' : 'td'}>`;
}

function writeMark(tone: Tone): string {
  return `<i aria-hidden="true">${TONE_MARK[tone]}</i>`;
}

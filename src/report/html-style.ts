/**
 * How the page looks: one column that reads from the verdict down, in light and dark, on a telephone and on paper. Colours
 * are those of the charts; text keeps a contrast of at least 4.5 to its ground in both schemes.
 */
import { colorVariables, FONT, pageChartCss } from './chart-theme.js';

const LIGHT = `${colorVariables('light')};--page:#f5f6f8;--shade:rgb(20 30 45/.07)`;
const DARK = `${colorVariables('dark')};--page:#0d1014;--shade:rgb(0 0 0/.4)`;

export const PAGE_STYLE = `
:root{color-scheme:light dark;${LIGHT};--good:var(--teal);--bad:var(--red);--open:var(--amber);--plain:var(--muted)}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.55 ${FONT};font-variant-numeric:tabular-nums}
.page{max-width:66.5rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
h1,h2,h3,p,ul,dl,figure,blockquote{margin:0}
h1{font-size:clamp(1.5rem,1.1rem + 1.9vw,2.25rem);line-height:1.2;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.4rem;line-height:1.25;letter-spacing:-.01em;margin:3.25rem 0 1rem;padding-top:1.25rem;border-top:1px solid var(--line)}
h3{font-size:1.08rem;line-height:1.35;margin:2rem 0 .75rem}
p,li,dd,blockquote{max-width:46rem;overflow-wrap:anywhere}
a{color:var(--blue)}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-100vw}
.skip:focus{left:1rem;top:1rem;background:var(--surface);padding:.5rem 1rem;z-index:1}
.eyebrow{color:var(--muted);font-size:.9rem;margin-bottom:1rem;max-width:none}
.verdict{--tone:var(--plain);background:var(--surface);border:1px solid var(--line);border-left:.5rem solid var(--tone);border-radius:.75rem;padding:1.5rem clamp(1.1rem,3vw,2rem) 1.6rem;box-shadow:0 1px 12px var(--shade)}
.good{--tone:var(--good)}.bad{--tone:var(--bad)}.open{--tone:var(--open)}.plain{--tone:var(--plain)}
.badge{display:inline-flex;align-items:center;gap:.5rem;color:var(--tone);font-weight:700;font-size:1.05rem;letter-spacing:.07em;text-transform:uppercase;margin-bottom:.6rem}
.badge svg{width:1.75rem;height:1.75rem;flex:none}
.verdict>p:not(.badge){margin-top:.75rem}
.warning{border-left:.25rem solid var(--open);padding-left:.75rem;font-weight:600}
.concerns{list-style:none;padding:1rem 0 0;margin-top:1.1rem;border-top:1px solid var(--line);display:grid;gap:.8rem}
.concerns li{padding-left:1.5rem}
.concerns span{display:block;color:var(--muted)}
.concerns .tone{display:inline;color:var(--tone);margin:0 .4rem 0 -1.5rem}
.concerns .tone i{width:1.5rem}
code,pre{font:.92em/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace}
.concerns code{font-weight:600;overflow-wrap:anywhere}
.facts{display:flex;flex-wrap:wrap;gap:.35rem 2rem;margin:1.1rem 0 0;color:var(--muted);font-size:.92rem}
.facts div{display:flex;gap:.5rem;min-width:0}
.facts dd{margin:0;color:var(--ink)}
nav ul{list-style:none;padding:0;margin:1rem 0 0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
nav a{display:inline-block;padding:.35rem 0;font-size:.92rem}
section>*+*{margin-top:1rem}
section>h3{margin-top:2.25rem}
blockquote{border-left:.25rem solid var(--line);padding-left:1rem;font-size:1.12rem}
.list{padding-left:1.2rem;display:grid;gap:.6rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18.5rem),1fr));gap:1rem}
.tile{background:var(--surface);border:1px solid var(--line);border-radius:.75rem;padding:1rem 1.15rem 1.1rem;display:flex;flex-direction:column}
.tile b{display:block;font-size:1.95rem;line-height:1.25;letter-spacing:-.02em}
.tile p{color:var(--muted);font-size:.92rem}
.tile .label{color:var(--ink);font-weight:600}
.tile .note{margin-top:.5rem}
.scale{position:relative;display:block;height:.5rem;border-radius:.25rem;background:var(--band);box-shadow:inset 0 0 0 1px var(--line);margin-top:.6rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.scale i{position:absolute;top:0;bottom:0;border-radius:.25rem;background:var(--blue);opacity:.45;min-width:3px}
.scale i+i{opacity:1;width:.75rem;height:.75rem;top:-.125rem;margin-left:-.375rem;border-radius:50%}
.scroll{overflow-x:auto;background:var(--surface);border:1px solid var(--line);border-radius:.75rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--muted);padding:.8rem 1rem .3rem}
th,td{text-align:left;vertical-align:top;padding:.55rem 1rem;border-top:1px solid var(--line);font-weight:400;min-width:6.5rem;overflow-wrap:break-word}
thead th{border-top:0;color:var(--muted);font-size:.85rem;vertical-align:bottom}
tbody th{font-weight:600;min-width:13rem;max-width:24rem}
td{max-width:22rem}
.number{text-align:right;min-width:3.5rem}
tbody .number{white-space:nowrap}
tbody th.number{min-width:5.5rem;font-weight:400}
tbody th.number+td{min-width:11rem}
thead .number{padding-left:.5rem}
small{display:block;color:var(--muted);font-size:.86em;font-weight:400;white-space:normal}
.tone{--tone:var(--plain);font-weight:600}
.tone.good,.tone.good i{color:var(--good)}.tone.bad,.tone.bad i{color:var(--bad)}.tone.open,.tone.open i{color:var(--open)}
.tone.word{white-space:nowrap}
.tone i{font-style:normal;display:inline-block;width:1.3em}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1rem}
figure{background:var(--surface);border:1px solid var(--line);border-radius:.75rem;padding:.75rem;container-type:inline-size;min-width:0}
.full{grid-column:1/-1}
figure svg{display:block;width:100%;height:auto;margin:0 auto}
figure.half .wide{max-width:36rem}
figure .narrow{display:none;max-width:26rem}
@container (max-width:27rem){figure.half .wide{display:none}figure.half .narrow{display:block}}
@container (max-width:44rem){figure.full .wide{display:none}figure.full .narrow{display:block}}
figcaption{color:var(--muted);font-size:.88rem;line-height:1.45;padding:.5rem .25rem .25rem;max-width:46rem}
.empty{padding:.75rem 1rem}
.empty strong{display:block}
details{background:var(--surface);border:1px solid var(--line);border-radius:.75rem}
summary{cursor:pointer;padding:.75rem 1rem;font-weight:600}
details>:not(summary){margin:0 1rem 1rem}
details>.scroll{border:0;border-top:1px solid var(--line);border-radius:0;margin:0}
details>.scroll caption{padding-top:.6rem}
.terms{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.4rem 1.25rem}
.terms dt{font-weight:600}.terms dd{margin:0}
.command p{margin-bottom:.35rem;color:var(--muted);font-size:.92rem}
pre{margin:0;background:var(--surface);border:1px solid var(--line);border-radius:.5rem;padding:.7rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere}
footer{margin-top:3rem;color:var(--muted);font-size:.88rem}
${pageChartCss('figure')}
@media (max-width:40rem){.page{padding:1rem 1rem 3rem}th,td{padding:.5rem .75rem}.terms{grid-template-columns:1fr;gap:.1rem}.terms dd{margin-bottom:.6rem}figure{padding:.5rem}}
@media print{
@page{margin:15mm}
:root{--page:#fff;--shade:transparent}
body{font-size:10pt}
.page{max-width:none;padding:0}
nav,.skip{display:none}
.scroll{overflow:visible}
h2,h3,caption{break-after:avoid}
h2{margin-top:2rem}
.verdict,.tile,figure,tr,.command{break-inside:avoid}
thead{display:table-header-group}
th,td{padding:.3rem .5rem;min-width:0}
tbody th,tbody th.number{min-width:0}
.tiles{grid-template-columns:repeat(3,1fr)}
.figures{grid-template-columns:1fr 1fr}
figure .wide,figure.half .wide,figure.full .wide{display:block!important}
figure .narrow,figure.half .narrow,figure.full .narrow{display:none!important}
table{font-size:8.5pt}
details.screen{display:none}
details::details-content{content-visibility:visible;block-size:auto}
}
`
  .trim()
  .replaceAll('\n', '');

/**
 * The only style sheet of the page. Colours are variables, set once for light and once for dark screens. Each text colour has a
 * contrast of at least 4.5 to its background (WCAG 2.1, 1.4.3). Wide content scrolls in a box of its own, never the page.
 */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f5f7f9; --line: #c9d1d9; --text: #1b2229; --soft: #55606b;
  --good: #17693a; --bad: #b3261e; --warn: #855300; --link: #0b57b0;
  --good-ground: #e7f5ec; --bad-ground: #fdeceb; --warn-ground: #fdf3e0; --none-ground: #eef1f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12171c; --panel: #1b2229; --line: #3a4550; --text: #e6eaee; --soft: #a3afba;
    --good: #67d391; --bad: #ff938a; --warn: #f0b95a; --link: #82b6ff;
    --good-ground: #16301f; --bad-ground: #3b1b1a; --warn-ground: #35270f; --none-ground: #242d35;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1, h2, h3 { line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; font-weight: 600; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: .4rem 0; overflow-wrap: anywhere; }
a { color: var(--link); overflow-wrap: anywhere; }
ul, ol { margin: 0; padding-left: 1.5rem; }
li { overflow-wrap: anywhere; }
code, pre, .mono { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
pre {
  margin: .5rem 0; padding: .6rem .75rem; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
  white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; -webkit-user-select: all;
}
.soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .dim { color: var(--soft); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.verdict { border: 1px solid var(--line); border-left: 6px solid currentColor; border-radius: 6px; padding: 1rem; }
.verdict.good { background: var(--good-ground); } .verdict.bad { background: var(--bad-ground); }
.verdict.warn { background: var(--warn-ground); }
.verdict h1 { color: var(--text); }
.verdict .class { display: inline-block; font-size: .85rem; font-weight: 700; letter-spacing: .06em; margin-bottom: .3rem; }
.verdict p { color: var(--text); font-size: .9rem; margin: .5rem 0 0; }
.phases { list-style: none; padding: 0; border: 1px solid var(--line); border-radius: 6px; }
.phases li { display: grid; grid-template-columns: 1.5rem 6.5rem 5rem 1fr; gap: .1rem .5rem; padding: .5rem .75rem; }
.phases li + li { border-top: 1px solid var(--line); }
.phases .time { text-align: right; padding-right: .75rem; }
.phases .name { font-weight: 600; }
.mark { position: relative; font-weight: 700; text-align: center; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.remedies > li + li { margin-top: 1rem; }
.scroll { position: relative; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; padding: .5rem .75rem; color: var(--soft); }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; background: var(--panel); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; }
.nowrap { white-space: nowrap; }
.measure { display: flex; align-items: center; gap: .75rem; min-width: 12rem; }
.measure span { flex: none; width: 4rem; text-align: right; font-variant-numeric: tabular-nums; }
svg { display: block; flex: 1; width: 0; min-width: 0; height: .9rem; }
svg .measured { fill: var(--link); } svg .room { fill: var(--none-ground); }
.paths { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; align-items: start; }
.route { border: 1px solid var(--line); border-radius: 6px; padding: .75rem; min-width: 0; }
.route h3 { margin: 0 0 .6rem; }
.hops { list-style: none; padding: 0; margin: 0; }
.hops > li { position: relative; padding: 0 0 .9rem 3.1rem; min-height: 2.6rem; }
.hops > li::before { content: ""; position: absolute; left: 1.18rem; top: 0; bottom: 0; border-left: 2px solid var(--soft); }
.hops > li.silent::before, .hops > li.circle::before { border-left-style: dashed; }
.hops > li:first-child::before { top: .8rem; }
.hops > li:last-child { padding-bottom: 0; min-height: 1.7rem; }
.hops > li:last-child::before { bottom: auto; height: .8rem; }
.node {
  position: absolute; left: 0; top: 0; width: 2.5rem; white-space: nowrap; height: 1.7rem; border: 2px solid var(--soft); border-radius: 1rem;
  background: var(--ground); color: var(--text); text-align: center; line-height: 1.45rem; font-size: .8rem; font-weight: 700;
}
.silent .node, .circle .node { border-style: dashed; color: var(--soft); font-weight: 400; font-size: .7rem; }
.end .node { border-radius: 4px; border-color: currentColor; color: inherit; }
.node.good { color: var(--good); border-color: var(--good); } .node.bad { color: var(--bad); border-color: var(--bad); }
.node.warn { color: var(--warn); border-color: var(--warn); } .node.dim { color: var(--soft); }
/* The line that leaves a station has its colour: it shows how far packets and requests come. */
.gates > li.allow::before { border-left-color: var(--good); } .gates > li.deny::before { border-left-color: var(--bad); }
.gates > li.partly::before { border-left-color: var(--warn); } .gates > li.unknown::before { border-left-style: dashed; }
.gates .tag { white-space: normal; overflow-wrap: anywhere; }
.reply { display: flex; flex-wrap: wrap; gap: 0 .75rem; }
.marks { list-style: none; padding: 0; margin: .6rem 0 0; font-size: .85rem; }
.tag { border: 1px solid var(--line); border-radius: 4px; padding: 0 .35rem; font-size: .8rem; white-space: nowrap; }
.shell span { display: inline-block; max-width: 100%; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; }
summary { cursor: pointer; padding: .5rem .75rem; overflow-wrap: anywhere; }
details > pre {
  margin: 0; border-width: 1px 0 0; border-radius: 0 0 6px 6px; white-space: pre; overflow-x: auto;
  user-select: text; -webkit-user-select: text;
}
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
@media (max-width: 40rem) {
  .phases li { grid-template-columns: 1.5rem 1fr max-content; }
  .phases .text { grid-column: 2 / -1; }
  .phases .time { padding-right: 0; }
  table, caption, tbody, tr, tbody th { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: .5rem .75rem; border-top: 1px solid var(--line); }
  tbody th, td { padding: .1rem 0; border: 0; overflow-wrap: anywhere; }
  td > div { min-width: 0; }
  tbody th { font-weight: 600; }
  td { display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: .5rem; }
  td::before { content: attr(data-label); color: var(--soft); }
  td .nowrap { white-space: normal; }
  .measure { min-width: 0; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; }
}
@media print {
  :root {
    color-scheme: light;
    --ground: #ffffff; --panel: #ffffff; --line: #999999; --text: #000000; --soft: #444444;
    --good: #17693a; --bad: #b3261e; --warn: #855300; --link: #0b57b0;
    --good-ground: #ffffff; --bad-ground: #ffffff; --warn-ground: #ffffff; --none-ground: #dddddd;
  }
  main { max-width: none; padding: 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .scroll { overflow-x: visible; } td, th { overflow-wrap: anywhere; }
  .route, li, tr, .verdict { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
`;

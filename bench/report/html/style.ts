/** The page's looks: light and dark as the reader's system has it, wide and narrow. `s0`, `s1` ... are the contestants. */

/** Colours of the contestants in the order of `drivers.ts`, the last for anybody else: [light, dark]. */
const COLOURS: readonly (readonly [light: string, dark: string])[] = [
  ['#c2410c', '#fb8a4c'],
  ['#e07b39', '#fdba74'],
  ['#a16207', '#facc15'],
  ['#1d4ed8', '#7aa7ff'],
  ['#0e7490', '#3ecbe0'],
  ['#7e22ce', '#c08bfb'],
  ['#15803d', '#4fd07f'],
  ['#be185d', '#f78fbf'],
  ['#78716c', '#a8a29e'],
  ['#3f3a36', '#d6d3d1'],
  ['#57534e', '#c4bfba'],
];

const of = (theme: 0 | 1): string => COLOURS.map((pair, i) => `--s${i}:${pair[theme]}`).join(';');
const classes = COLOURS.map((_, i) => `.s${i}{--own:var(--s${i})}`).join('');

export const STYLE: string = `
:root{color-scheme:light dark;--back:#fffdfa;--card:#fff;--ink:#231f1b;--soft:#6b645c;--line:#e7e1d8;--good:#15803d;--bad:#b91c1c;--accent:#c2410c;${of(0)}}
@media (prefers-color-scheme:dark){:root{--back:#171412;--card:#201c19;--ink:#ede8e2;--soft:#a49b91;--line:#3a342e;--good:#4fd07f;--bad:#f87171;--accent:#fb8a4c;${of(1)}}}
${classes}
*{box-sizing:border-box}
html{scroll-padding-top:3.2rem}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
main,header{max-width:1160px;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:clamp(1.7rem,4vw,2.4rem);line-height:1.15;margin:0 0 .6rem;letter-spacing:-.02em}
h2{font-size:1.45rem;margin:3.2rem 0 .4rem;letter-spacing:-.01em}
h3{font-size:1.1rem;margin:2rem 0 .2rem}
h4{font-size:.98rem;margin:1.2rem 0 .3rem}
h4 small{font-weight:400;color:var(--soft)}
p{max-width:72ch;margin:.3rem 0 .9rem;color:var(--soft)}
header p{color:var(--ink)}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,monospace;background:color-mix(in srgb,var(--ink) 7%,transparent);padding:.1em .35em;border-radius:4px}
nav{position:sticky;top:0;z-index:1;background:var(--back);border-bottom:1px solid var(--line);margin-top:1.4rem}
nav div{max-width:1160px;margin:0 auto;padding:.55rem 1.25rem;display:flex;gap:1.2rem;overflow-x:auto;white-space:nowrap;font-size:.9rem}
nav a{color:var(--soft);text-decoration:none}nav a:hover,nav a:focus-visible{color:var(--accent)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(46%,215px),1fr));gap:.9rem;margin:1.4rem 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.1rem;display:flex;flex-direction:column;gap:.25rem}
.tile strong{font-size:2rem;line-height:1.1;color:var(--accent);letter-spacing:-.02em}
.tile small{color:var(--soft);font-size:.8rem}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;font-size:.9rem;margin:.8rem 0}
.legend span::before{content:"";display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em;background:var(--own)}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:1.1rem}
.grid>section h4{margin-top:.4rem}
figure{margin:0}
.curve .legend{margin:.2rem 0 .3rem;font-size:.8rem}
.curve{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.7rem .8rem .4rem}
figcaption{font-size:.88rem;font-weight:600}
svg{display:block;width:100%;height:auto}
svg text{font-size:11.5px;fill:var(--soft)}
svg .axis{font-size:11px}
svg .grid{stroke:var(--line);stroke-width:1}
svg .tickmark{stroke:var(--soft)}
svg polyline{fill:none;stroke:var(--own);stroke-width:1.8;stroke-linejoin:round}
svg g.s0 polyline{stroke-width:3}
svg circle,svg rect,svg polygon{fill:var(--own);stroke:var(--card);stroke-width:1}
svg .whisker{stroke:var(--own);stroke-width:1.2;opacity:.55}
svg .leader{stroke:var(--own);stroke-width:.8;opacity:.45}
svg .name{fill:var(--own);font-weight:600;font-size:11px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.88rem}
th{font-weight:500;text-align:left}
thead th{color:var(--soft);font-size:.8rem;vertical-align:bottom}
.bars{width:100%;table-layout:fixed;min-width:880px}
.bars tbody th,.bars thead td{position:sticky;left:0;background:var(--back)}
.micro .bars{min-width:0}
.bars th,.bars td{padding:.16rem .6rem .16rem 0}
.bars thead td,.bars tbody th{width:10rem;white-space:nowrap}
.micro .bars tbody th{white-space:normal}
.micro .bars thead td,.micro .bars tbody th{width:52%}
.bars tbody th{border-left:4px solid var(--own);padding-left:.5rem;line-height:1.25}
.bars tr.s0 th{font-weight:700}
.micro .bars tr.s0 th{font-weight:500;border-left:0;padding-left:0}
.track{position:relative;display:inline-block;width:calc(100% - 3.6rem);height:.72rem;vertical-align:middle}
.micro .track{width:calc(100% - 3.8rem)}.micro td:nth-child(2):last-child .track{width:calc(100% - 7.5rem)}.micro h4{margin-top:.4rem}
.track b{position:absolute;left:0;top:0;height:100%;min-width:1px;background:var(--own);border-radius:0 3px 3px 0;opacity:.85}
.track .cut{width:100%;border-radius:0;background:linear-gradient(90deg,var(--own) 70%,transparent)}
.track i{position:absolute;top:50%;height:0;border-top:1.5px solid var(--ink);opacity:.75}
.track i::before,.track i::after{content:"";position:absolute;top:-4px;height:7px;border-left:1.5px solid var(--ink)}
.track i::after{right:0}
.value{display:inline-block;min-width:3.2rem;padding-left:.35rem;font-size:.82rem}
.none{color:var(--soft)}
details{border-top:1px solid var(--line);padding:.5rem 0}
summary{cursor:pointer;font-weight:600;padding:.25rem 0}
.micro{columns:520px;column-gap:2.5rem;margin-top:1rem}.micro section{break-inside:avoid;padding-bottom:.6rem}
.codec{columns:330px;column-gap:2.2rem}.codec>div{break-inside:avoid;padding-bottom:.8rem}.codec h4{margin-top:.6rem}.codec small{display:block}
.heat{width:100%}.heat th,.heat td{padding:.18rem .5rem;border-bottom:1px solid var(--back)}
.heat td,.goals td,.plain td{text-align:right}.heat thead th{text-align:right}.heat td,.heat thead th{white-space:nowrap}
.faster{background:color-mix(in srgb,var(--good) var(--strength,50%),transparent)}
.slower{background:color-mix(in srgb,var(--bad) var(--strength,50%),transparent)}
.key{display:inline-block;width:1.4em;height:.8em;border-radius:2px}
.goals{width:100%;max-width:900px}.goals th,.goals td{padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line)}
.goals thead th:nth-child(n+2){text-align:right}.goals td{white-space:nowrap}
.goals .area th{padding-top:1.1rem;font-weight:700}
.met td:last-child{color:var(--good)}.missed td:last-child{color:var(--bad);font-weight:700}
.plain th,.plain td{padding:.15rem .8rem .15rem 0;border-bottom:1px solid var(--line);white-space:nowrap}.plain small{color:var(--soft)}
footer{max-width:1160px;margin:3rem auto 2rem;padding:1rem 1.25rem 0;border-top:1px solid var(--line);color:var(--soft);font-size:.88rem}
@media (max-width:640px){body{font-size:15px}header{padding-top:1.5rem}.tile strong{font-size:1.7rem}}
`;

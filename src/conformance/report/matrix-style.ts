/** How the HTML matrix looks, in the light, in the dark, on paper and on a phone. */
export const MATRIX_STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1b1d21; --dim: #676c75; --line: #dfe2e7; --soft: #f5f6f8; --mark: #e7effd; --link: #2457c5;
  --pass: #26844a; --lenient: #70901a; --deviates: #b36b00; --info: #3a6fb5; --fail: #c4232b; --skip: #9aa0a8; --error: #7b3fc4; --info-1: #8b4fb8; --info-2: #b0568a; --info-3: #2b8a8a; }
@media (prefers-color-scheme: dark) { :root { --back: #15171b; --text: #e5e7ea; --dim: #9aa0aa; --line: #30343b; --soft: #1d2026;
  --mark: #22304a; --link: #8ab1ff; --pass: #57c07d; --lenient: #b2ce58; --deviates: #f0a63c; --info: #7fb0ea; --fail: #ff6f70; --skip: #70767f; --error: #b98bff;
  --info-1: #c79af0; --info-2: #f09ac6; --info-3: #6fd0d0; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 60px; }
body { display: flex; flex-direction: column; height: 100vh; margin: 0; background: var(--back); color: var(--text); font: 14px/1.45 system-ui, "DejaVu Sans", sans-serif; }
header { padding: 14px 18px 6px; border-bottom: 1px solid var(--line); }
h1 { font-size: 20px; margin: 0 0 10px; letter-spacing: -0.01em; }
h1 small { font-size: 13px; font-weight: 400; color: var(--dim); margin-left: 8px; }
button { font: inherit; color: inherit; }
button.plain { border: 0; background: none; padding: 0; cursor: pointer; text-align: inherit; font-weight: inherit; }
button.plain:hover { text-decoration: underline; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
#summary { display: grid; gap: 2px; margin: 0 0 10px; max-height: 30vh; overflow: auto; }
.server { display: grid; grid-template-columns: 165px 110px 120px minmax(110px, 230px) 1fr; gap: 12px; align-items: center; border: 0; background: none; padding: 2px 4px; border-radius: 4px; text-align: left; cursor: pointer; }
.server:hover { background: var(--soft); }
.score { color: var(--dim); font-size: 12px; } .score b { color: var(--text); font-variant-numeric: tabular-nums; }
.strip, .bar { display: flex; overflow: hidden; border-radius: 3px; background: var(--line); }
.strip { height: 16px; min-width: 0; } .bar { height: 6px; margin-top: 5px; min-width: 64px; }
.strip i, .bar i { display: block; min-width: 0; flex-basis: 0 !important; }
.chip { display: inline-block; border-radius: 9px; padding: 0 7px; font-size: 11px; line-height: 17px; border: 1px solid currentColor; margin-right: 4px; white-space: nowrap; }
.c-desync, .c-hang { color: var(--fail); } .c-connection, .c-value { color: var(--deviates); } .c-text { color: var(--dim); }
form { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
input[type=search] { flex: 1 1 180px; max-width: 320px; }
input[type=search], select { font: inherit; padding: 4px 7px; background: var(--soft); color: inherit; border: 1px solid var(--line); border-radius: 5px; }
#count { color: var(--dim); font-variant-numeric: tabular-nums; }
.legend { color: var(--dim); font-size: 12px; margin: 7px 0 4px; } kbd { border: 1px solid var(--line); border-radius: 3px; padding: 0 4px; font: 11px ui-monospace, monospace; background: var(--soft); }
main { flex: 1; min-height: 0; padding: 0 18px 40px; overflow: auto; }
table { border-collapse: separate; border-spacing: 0; min-width: 100%; }
thead th { position: sticky; top: 0; background: var(--back); border-bottom: 2px solid var(--line); padding: 7px 8px 6px; text-align: center; z-index: 3; font-weight: 600; white-space: nowrap; }
thead th:first-child { text-align: left; left: 0; z-index: 4; }
tr.group th { text-align: left; background: var(--soft); padding: 5px 8px; font-weight: 600; border-bottom: 1px solid var(--line); }
tr.group small { color: var(--dim); font-weight: 400; }
tr.group th.number { text-align: center; font-weight: 400; color: var(--dim); font-size: 12px; font-variant-numeric: tabular-nums; }
td { border-bottom: 1px solid var(--line); padding: 3px 8px; }
td.case { cursor: pointer; min-width: 260px; }
td.cell { text-align: center; cursor: pointer; font-size: 15px; white-space: nowrap; }
td.cell:hover, td.case:hover { background: var(--soft); }
td.cell small { font-size: 10px; margin-left: 1px; }
td.none { text-align: center; color: var(--dim); padding: 40px; }
tr.current td { background: var(--mark); } tr.current td.at { box-shadow: inset 0 0 0 2px var(--link); }
.id { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; color: var(--dim); }
.dim { color: var(--dim); }
.level { display: inline-block; width: 15px; height: 15px; line-height: 15px; margin-right: 7px; border-radius: 3px; font-size: 10px; text-align: center; background: var(--line); color: var(--dim); }
.level.must { background: var(--text); color: var(--back); }
.v-pass { color: var(--pass); } .v-lenient { color: var(--lenient); } .v-deviates { color: var(--deviates); } .v-info { color: var(--info); }
.v-fail, .v-hang, .v-crash { color: var(--fail); font-weight: 700; } .v-error { color: var(--error); font-weight: 700; } .v-skip { color: var(--skip); }
.v-info.a-1 { color: var(--info-1); } .v-info.a-2 { color: var(--info-2); } .v-info.a-3 { color: var(--info-3); }
.b-pass { background: var(--pass); } .b-lenient { background: var(--lenient); } .b-deviates { background: var(--deviates); }
.b-info { background: var(--info); } .b-fail { background: var(--fail); } .b-skip { background: var(--line); }
aside { position: fixed; top: 0; right: 0; bottom: 0; width: min(620px, 100%); overflow: auto; background: var(--back); border-left: 1px solid var(--line); padding: 18px 20px 40px; z-index: 5; box-shadow: -10px 0 30px #0002; }
aside h2 { font-size: 17px; margin: 0 36px 4px 0; } aside h3 { font-size: 13px; margin: 18px 0 6px; } aside p { margin: 4px 0; }
aside .close { position: sticky; float: right; top: 0; width: 30px; height: 30px; border: 1px solid var(--line); border-radius: 5px; background: var(--soft); cursor: pointer; font-size: 16px; line-height: 1; }
aside ul { padding-left: 4px; margin: 4px 0; list-style: none; } aside li { margin: 3px 0; }
.verdict { border-left: 3px solid currentColor; padding: 4px 10px; margin: 10px 0; background: var(--soft); font-weight: 400; } .verdict p { color: var(--text); }
.lanes { display: grid; grid-template-columns: 1fr 1fr; gap: 4px 8px; } .lanes.timed { grid-template-columns: 46px 1fr 1fr; }
.lanes b { font-size: 12px; color: var(--dim); } .lanes .dim { font-size: 11px; text-align: right; padding-top: 3px; font-variant-numeric: tabular-nums; }
aside code, aside pre { background: var(--soft); padding: 3px 7px; border-radius: 4px; overflow-wrap: anywhere; font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; white-space: pre-wrap; margin: 0; }
.lanes .sent { border-left: 3px solid var(--skip); } .lanes .got { border-left: 3px solid var(--info); } .lanes .note { background: none; color: var(--dim); }
.views { display: flex; gap: 14px; margin-bottom: 6px; font-size: 12px; color: var(--dim); }
.answer { display: grid; grid-template-columns: 150px 1fr; gap: 8px; margin: 4px 0; font-size: 12px; }
@media (min-width: 1100px) { body.with-panel main, body.with-panel header { margin-right: 620px; } body.with-panel .server { grid-template-columns: 165px 100px 110px 1fr; } body.with-panel .server .strip { grid-column: 1 / -1; height: 8px; } }
@media (max-width: 700px) { header { padding: 10px 10px 4px; } main { padding: 0 0 30px; } h1 { font-size: 17px; margin-bottom: 6px; }
  h1 small { display: block; margin: 0; } .server { grid-template-columns: 1fr auto auto; gap: 2px 8px; } .server .strip { grid-column: 1 / -1; height: 9px; } .server .chips { display: none; } #summary { max-height: 22vh; }
  .legend { display: none; } form select { flex: 1 1 90px; } td.case { min-width: 40vw; max-width: 52vw; position: sticky; left: 0; background: var(--back); font-size: 13px; } td .id { display: block; overflow-wrap: anywhere; }
  tr.group th:first-child, thead th:first-child { position: sticky; left: 0; } thead th { font-size: 11px; padding: 4px; max-width: 76px; white-space: normal; } .bar { min-width: 40px; } td, td.cell { padding: 4px 5px; } tr.current td.case { background: var(--mark); }
  .answer { grid-template-columns: 1fr; gap: 2px; } aside { padding: 14px 12px 30px; } }
@media print { body { display: block; height: auto; } main { overflow: visible; } form, aside, .legend { display: none; } thead th { position: static; } #summary { max-height: none; } }
`;

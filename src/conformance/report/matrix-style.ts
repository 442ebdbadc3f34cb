/** How the HTML matrix looks, in the light, in the dark, on paper and on a phone. */
export const MATRIX_STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1c1c1c; --dim: #6a6a6a; --line: #ddd; --soft: #f4f4f4; --mark: #e8f0ff;
  --pass: #2c8a47; --lenient: #7a9a20; --deviates: #b87400; --info: #3a70b0; --fail: #c62828; --skip: #999; }
@media (prefers-color-scheme: dark) { :root { --back: #16181c; --text: #e4e4e4; --dim: #9a9a9a; --line: #33363c; --soft: #1e2127;
  --mark: #243248; --pass: #5cc37a; --lenient: #b4cf5a; --deviates: #eba53a; --info: #7fb0ea; --fail: #ff6b6b; --skip: #777; } }
* { box-sizing: border-box; }
body { display: flex; flex-direction: column; height: 100vh; margin: 0; background: var(--back); color: var(--text); font: 14px/1.45 system-ui, sans-serif; }
header { padding: 12px 16px 4px; }
h1 { font-size: 20px; margin: 0 0 8px; }
form { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
input[type=search] { flex: 1 1 180px; max-width: 320px; }
input, select { font: inherit; padding: 3px 6px; background: var(--soft); color: inherit; border: 1px solid var(--line); border-radius: 4px; }
.legend { color: var(--dim); font-size: 12px; margin: 6px 0; }
main { flex: 1; padding: 0 16px 40px; overflow: auto; }
table { border-collapse: collapse; min-width: 100%; }
thead th { position: sticky; top: 0; background: var(--back); border-bottom: 2px solid var(--line); padding: 6px 8px; text-align: center; z-index: 1; font-weight: 600; }
thead th:first-child { text-align: left; }
.bar { display: flex; height: 6px; margin-top: 4px; border-radius: 3px; overflow: hidden; background: var(--line); min-width: 70px; }
.bar i { display: block; }
tr.group th { text-align: left; background: var(--soft); padding: 4px 8px; cursor: pointer; font-weight: 600; }
tr.group th.number { text-align: center; font-weight: 400; color: var(--dim); font-size: 12px; }
td { border-bottom: 1px solid var(--line); padding: 2px 8px; }
td.cell { text-align: center; cursor: pointer; font-size: 15px; white-space: nowrap; }
td.cell small { font-size: 10px; }
tr.current td { background: var(--mark); }
td .id { font-family: ui-monospace, monospace; font-size: 12px; color: var(--dim); }
.must::after { content: ' M'; color: var(--dim); font-size: 10px; } .should::after { content: ' S'; color: var(--dim); font-size: 10px; }
.v-pass { color: var(--pass); } .v-lenient { color: var(--lenient); } .v-deviates { color: var(--deviates); } .v-info { color: var(--info); }
.v-fail, .v-hang, .v-crash, .v-error { color: var(--fail); font-weight: 700; } .v-skip { color: var(--skip); }
.b-pass { background: var(--pass); } .b-lenient { background: var(--lenient); } .b-deviates { background: var(--deviates); }
.b-info { background: var(--info); } .b-fail { background: var(--fail); } .b-skip { background: var(--skip); }
aside { position: fixed; top: 0; right: 0; bottom: 0; width: min(640px, 100%); overflow: auto; background: var(--back); border-left: 2px solid var(--line); padding: 16px; z-index: 2; box-shadow: -8px 0 24px #0003; }
aside h2 { font-size: 16px; margin: 0 32px 4px 0; } aside h3 { font-size: 13px; margin: 14px 0 4px; }
aside button { position: absolute; top: 12px; right: 12px; font: inherit; }
.lanes { display: grid; grid-template-columns: 1fr 1fr; gap: 4px 8px; }
.lanes code { background: var(--soft); padding: 3px 6px; border-radius: 4px; overflow-wrap: anywhere; font-size: 12px; white-space: pre-wrap; }
.lanes .got { border-left: 3px solid var(--info); }
@media (max-width: 600px) { td .id { display: block; } thead th { font-size: 11px; padding: 4px; } td, td.cell { padding: 2px 4px; } }
@media print { body { display: block; height: auto; } main { overflow: visible; } form, aside, .legend { display: none; } thead th { position: static; } }
`;

/** What our pages share: their colours by day and by night, their letters, how a link and a focus look. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #23252b; --quiet: #5d5d66; --line: #dcd9d0; --leaf: #2f6f4f; --leaf-soft: #e3efe6; --wire: #9aa79e; }
@media (prefers-color-scheme: dark) { :root { --paper: #17191c; --card: #202328; --ink: #e8e8ea; --quiet: #a5a5b0; --line: #363a42; --leaf: #7cc49b; --leaf-soft: #22362b; --wire: #5f6f66; } }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 0; }
a { color: var(--leaf); }
code, pre { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
`;

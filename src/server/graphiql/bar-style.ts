/**
 * The bar's colours are GraphiQL's own, and so is how it finds out about light and dark: the switch in its settings
 * puts a class on the body, and without one the system decides.
 */
const dark =
  '--base: hsl(219 29% 14%); --text: hsl(219 29% 88%); --muted: hsl(219 20% 68%); --line: hsl(219 20% 30%); --hover: hsl(219 25% 24%); --accent: hsl(338 100% 74%); --on-accent: hsl(219 29% 12%); --error: hsl(10 100% 74%); color-scheme: dark;';

export const barStyle = `
:root { --base: hsl(219 28% 97%); --text: hsl(219 28% 22%); --muted: hsl(219 18% 42%); --line: hsl(219 20% 84%); --hover: hsl(219 28% 91%); --accent: hsl(320 95% 38%); --on-accent: white; --error: hsl(10 80% 40%); color-scheme: light; }
@media (prefers-color-scheme: dark) { body:not(.graphiql-light) { ${dark} } }
body.graphiql-dark { ${dark} }

html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; overflow: hidden; background: var(--base); }
#graphiql { flex: 1; min-height: 0; overflow: hidden; color: var(--muted); font: 15px system-ui, sans-serif; }
#graphiql > p { padding: 24px; margin: 0; }
/* GraphiQL takes the height of the window for its own. */
#graphiql .graphiql-container { height: 100%; }
/* Tabs that are there from the start are drawn elsewhere while they are pressed, and the click misses them. */
.graphiql-tab { transform: none !important; }
/* It pushes the answer down for as long as it is shown. */
.graphiql-response { position: relative; }
.graphiql-response > .graphiql-spinner { position: absolute; z-index: 1; left: calc(50% - 28px); }

#bar, #sign-in { color: var(--text); font: 14px/1.3 system-ui, sans-serif; }
#bar { position: relative; display: flex; flex-wrap: wrap; align-items: center; gap: 6px 20px; min-height: 34px; padding: 7px 16px; background: var(--base); border-bottom: 1px solid var(--line); }
#bar .product { display: flex; align-items: center; gap: 8px; font-size: 16px; }
#bar .product svg { color: var(--accent); }
#bar .personas { display: flex; flex-wrap: wrap; align-items: center; gap: 4px; }
#bar a { color: inherit; }
#bar .label { margin-right: 4px; color: var(--muted); }
/* Takes what is left, so that a longer name moves nothing. */
#bar .viewer { flex: 1 1 160px; min-width: 0; text-align: right; }
#bar .viewer span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#bar .name { font-weight: 600; }
#bar .roles { color: var(--muted); font-size: 12px; }
#bar .actions button { width: 84px; }

#bar button, #sign-in button { box-sizing: border-box; height: 30px; padding: 0 12px; border: 1px solid var(--line); border-radius: 15px; background: transparent; color: inherit; font: inherit; cursor: pointer; }
#bar button[hidden] { display: none; }
#bar button:hover, #sign-in button:hover { background: var(--hover); }
#bar button[aria-pressed=true], #sign-in button { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
#bar :focus-visible, #sign-in :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
/* Without colours of our own, the current persona would look like the others. */
@media (forced-colors: active) { #bar button[aria-pressed=true] { border: 3px solid Highlight; } }

/* Lies over GraphiQL, so that nothing moves when it comes and goes. */
#bar .message { position: absolute; z-index: 10; top: 100%; right: 16px; margin: 8px 0 0; padding: 8px 12px; max-width: min(600px, 90vw); border: 1px solid var(--line); border-radius: 8px; background: var(--base); box-shadow: 0 6px 20px hsl(219 28% 20% / .2); }
/* Never hidden: screen readers announce only what appears in an element that they know. */
#bar .message:empty { padding: 0; border: 0; box-shadow: none; }
#bar .message:not(.error) { pointer-events: none; }
.error { color: var(--error); }

#sign-in { position: fixed; inset: 52px 16px auto auto; box-sizing: border-box; width: 280px; padding: 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--base); box-shadow: 0 6px 20px hsl(219 28% 20% / .25); }
/* Where browsers can: below its button, also when the bar has two rows. */
#bar [data-part=open] { anchor-name: --open; }
@supports (top: anchor(bottom)) { #sign-in { position-anchor: --open; top: calc(anchor(bottom) + 10px); right: anchor(right); } }
#sign-in label { display: block; margin-bottom: 4px; color: var(--muted); }
#sign-in input { box-sizing: border-box; width: 100%; height: 34px; margin-bottom: 12px; padding: 0 8px; border: 1px solid var(--line); border-radius: 4px; background: transparent; color: inherit; font: inherit; }
#sign-in .error { margin: 0 0 12px; }
#sign-in .error:empty { margin: 0; }
#sign-in button { width: 100%; }
`;

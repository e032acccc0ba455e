/** Runs in the browser, as the last script of the page: starts GraphiQL. A text, because the house is compiled without the DOM. */
export const startScript = String.raw`
(() => {
  const { tabs } = JSON.parse(document.getElementById('graphiql-options').textContent);

  // What a link asks for opens as the first tab, and is not run: that takes a click. It then lives in the tab, so that
  // a reload does not bring back what was edited since.
  const query = new URL(location.href).searchParams.get('query');
  if (query !== null) history.replaceState(null, '', location.pathname);

  YogaGraphiQL.renderYogaGraphiQL(document.getElementById('graphiql'), {
    title: 'GraphiQL',
    endpoint: '/graphql',
    credentials: 'same-origin',
    // A token that somebody tries in the headers pane stays out of localStorage.
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
    defaultEditorToolsVisibility: false,
    ...(query === null ? {} : { query }),
    defaultTabs: (query === null ? tabs : [query, ...tabs]).map((text) => ({ query: text })),
    // Otherwise every keystroke goes into the address, and a long query makes one that no server takes.
    onEditQuery() {},
  });
})();
`;

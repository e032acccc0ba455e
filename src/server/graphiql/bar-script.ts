/** Runs in the browser: the bar above GraphiQL. A text, because the house is compiled without the DOM. */
export const barScript = String.raw`
(() => {
  const bar = document.getElementById('bar');
  const form = document.getElementById('sign-in');
  const part = (name) => document.querySelector('[data-part=' + name + ']');
  const personas = [...bar.querySelectorAll('button[data-persona]')];

  /** Throws an Error whose message is for people. */
  async function post(path, body) {
    let response;
    try {
      const headers = { 'content-type': 'application/json', accept: 'application/json' };
      response = await fetch(path, { method: 'POST', credentials: 'same-origin', headers, body: JSON.stringify(body) });
    } catch {
      throw new Error('The server does not answer. Is it still running?');
    }
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => null);
    const message = answer && (answer.errors ? answer.errors[0].message : answer.message);
    if (message) throw new Error(message);
    if (!response.ok || !answer) throw new Error('The server answered with status ' + response.status + '.');
    return answer.data;
  }

  async function refresh() {
    const { viewer } = await post('/graphql', { query: 'query BarViewer { viewer { kind email roles } }' });
    const signedIn = viewer.kind !== 'guest';
    part('name').textContent = viewer.email || (signedIn ? 'Signed in' : 'Guest');
    part('name').title = viewer.email || '';
    const roles = viewer.roles.length > 0 ? 'roles: ' + viewer.roles.join(', ') : 'no global role';
    part('roles').textContent = signedIn ? viewer.kind + ', ' + roles : 'not signed in';
    part('roles').title = part('roles').textContent;
    part('open').hidden = signedIn;
    part('sign-out').hidden = !signedIn;
    for (const button of personas) {
      button.setAttribute('aria-pressed', String((button.dataset.email || null) === viewer.email));
    }
    return part('name').textContent;
  }

  let timer;
  function say(text, isError) {
    clearTimeout(timer);
    part('message').textContent = text;
    part('message').classList.toggle('error', isError);
    // A fact may go by itself; an error stays until something is done about it.
    if (!isError) timer = setTimeout(() => say('', true), 5000);
  }

  /** Changes who one is, one change at a time: of two cookies under way, the later answer would win. */
  async function change(act, showError) {
    if (bar.getAttribute('aria-busy') === 'true') return;
    bar.setAttribute('aria-busy', 'true');
    say('', true);
    try {
      await act();
      const name = await refresh();
      // Others may see another part of the API. There is no button before GraphiQL has started.
      document.querySelector('button[aria-label^="Re-fetch GraphQL schema"]')?.click();
      say('Now ' + name + ': run the query again to see the rows.', false);
    } catch (error) {
      showError(error.message);
    } finally {
      bar.setAttribute('aria-busy', 'false');
    }
  }
  const showInBar = (text) => say(text, true);

  for (const button of personas) {
    const path = '/-/sign-in-as/' + encodeURIComponent(button.dataset.persona);
    button.addEventListener('click', () => change(() => post(path, {}), showInBar));
  }

  part('sign-out').addEventListener('click', () =>
    change(async () => {
      await post('/graphql', { query: 'mutation BarSignOut { signOut }' });
      // The button is about to go, and the focus would fall to the top of the page.
      setTimeout(() => part('open').focus());
    }, showInBar),
  );

  const showInForm = (text) => {
    part('form-error').textContent = text;
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showInForm('');
    const { email, password } = form.elements;
    const query =
      'mutation BarSignIn($email: String!, $password: String!) { signIn(email: $email, password: $password) { expiresAt } }';
    const signIn = async () => {
      await post('/graphql', { query, variables: { email: email.value, password: password.value } });
      form.hidePopover();
      setTimeout(() => part('sign-out').focus());
    };
    change(signIn, (text) => {
      showInForm(text);
      password.select();
    });
  });
  form.addEventListener('toggle', () => {
    showInForm('');
    form.elements.password.value = '';
  });

  // Another tab shares the cookie, and GraphiQL itself may run signIn or signOut.
  addEventListener('focus', () => refresh().catch((error) => showInBar(error.message)));
  refresh().catch((error) => showInBar(error.message));
})();
`;

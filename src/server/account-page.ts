import { pageStyle } from './page-style.ts';

/**
 * `/-/account`: where the links in our mail lead. It asks for a password and sends it with the link's secret, which
 * stands behind `#` and so reaches no server log and no `Referer`.
 */
export function accountPage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Choose a password · Pergola</title>
<style nonce="${nonce}">${pageStyle}${css}</style>
</head>
<body>
<main>
<h1>Choose a password</h1>
<form>
<label for="password">New password, of at least 8 characters</label>
<input id="password" type="password" autocomplete="new-password" minlength="8" required autofocus>
<button>Save</button>
</form>
<p role="status"></p>
<noscript>This page needs JavaScript.</noscript>
</main>
<script nonce="${nonce}">${script}</script>
</body>
</html>
`;
}

const documents = {
  'sign-up':
    'mutation ($token: String!, $password: String!) { finishSignUp(token: $token, password: $password) { expiresAt } }',
  'reset-password':
    'mutation ($token: String!, $password: String!) { resetPassword(token: $token, password: $password) }',
};

/** What the page sends, for a server that runs known documents only. */
export const accountPageDocuments = Object.values(documents);

const script = `
const [purpose, token] = location.hash.slice(1).split('=');
// The secret is not left in the history of a browser that others use too.
history.replaceState(null, '', location.pathname);
const mutations = ${JSON.stringify(documents)};
const status = document.querySelector('[role=status]');
const form = document.querySelector('form');
if (!Object.hasOwn(mutations, purpose)) {
  status.textContent = 'This link is not whole. Copy all of it from the mail.';
  form.hidden = true;
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const variables = { token, password: document.querySelector('#password').value };
  try {
    const response = await fetch('../graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: mutations[purpose], variables }),
    });
    const { errors } = await response.json();
    status.textContent = errors ? errors[0].message : 'Done. You can close this page and sign in.';
    form.hidden = !errors;
  } catch {
    status.textContent = 'The server does not answer. Try again in a moment.';
  }
});
`;

const css = `
main { margin: 15vh auto 0; max-width: 24rem; padding: 1rem; }
h1 { color: var(--leaf); font-size: 1.4rem; }
input, button { box-sizing: border-box; font: inherit; margin-top: .5rem; padding: .5rem; width: 100%; }
`;

import type { Personas } from '../../policy/persona.ts';
import { escapeHtml } from '../escape-html.ts';

/** The product's sign: two posts that carry three beams. */
export const mark = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" fill="none" stroke="${colour}" stroke-width="2" stroke-linecap="round"><path d="M2 6h20M4 10h16M6.5 10v11M17.5 10v11M7 3v3M12 3v3M17 3v3"/></svg>`;

/** The bar above GraphiQL, as HTML. `bar-script.ts` brings it to life, `bar-style.ts` makes it a bar. */
export const renderBar = (personas: Personas) => `
    <header id="bar" aria-busy="false">
      <strong class="product">${mark('currentColor')}Pergola</strong>
      <div class="personas" role="group" aria-label="Sign in as a persona">
        <span class="label" aria-hidden="true">View as</span>
        ${Object.entries(personas).map(personaButton).join('\n        ')}
      </div>
      <a href="/-/policies">Policies</a>
      <div class="viewer" role="group" aria-label="Who you are">
        <span class="name" data-part="name">&nbsp;</span>
        <span class="roles" data-part="roles">&nbsp;</span>
      </div>
      <div class="actions">
        <button type="button" data-part="open" popovertarget="sign-in">Sign in</button>
        <button type="button" data-part="sign-out" hidden>Sign out</button>
      </div>
      <p class="message" role="status" data-part="message"></p>
    </header>
    <form id="sign-in" popover method="post" aria-label="Sign in">
      <label for="email">E-mail</label>
      <input id="email" name="email" type="email" autocomplete="username" required autofocus>
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required>
      <p class="error" role="alert" data-part="form-error"></p>
      <button type="submit">Sign in</button>
    </form>`;

function personaButton([name, { email, description }]: [string, Personas[string]]): string {
  const attributes = {
    type: 'button',
    title: `${name}: ${description}${email === null ? '' : ` (${email})`}`,
    'aria-pressed': 'false',
    'data-persona': name,
    'data-email': email ?? '',
  };
  const written = Object.entries(attributes).map(([key, value]) => `${key}="${escapeHtml(value)}"`);
  return `<button ${written.join(' ')}>${escapeHtml(name)}</button>`;
}

// The provider's few pages: plain HTML that works without scripts, readable by everybody.

const escape = (text) =>
  String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (title, body) => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
body { font: 1.1875rem/1.5 Arial, sans-serif; color: #212b32; background: #f0f4f5; margin: 0 }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1rem }
h1 { font-size: 2rem; line-height: 1.2 }
ul { list-style: none; padding: 0 }
li { margin: 0 0 .75rem }
button { font: inherit; width: 100%; text-align: left; padding: .75rem 1rem; color: #212b32; background: #fff;
  border: 2px solid #4c6272; border-radius: 4px; cursor: pointer }
button strong { display: block; color: #005eb8 }
button:focus, input:focus { outline: 4px solid #ffeb3b; border-color: #212b32; box-shadow: inset 0 0 0 2px #212b32 }
label { display: block; font-weight: bold; margin-bottom: .25rem }
input { font: inherit; padding: .5rem; border: 2px solid #4c6272; margin-bottom: 1.5rem }
.error { border-left: 4px solid #d5281b; padding-left: 1rem; color: #b3221a; font-weight: bold }
</style>
</head>
<body><main><h1>${escape(title)}</h1>
${body}
</main></body>
</html>`;

const passwordField = `<label for="password">Demo password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>`;

export const chooserPage = ({ uid, people, asksPassword, wrong }) =>
  page(
    'Who are you today?',
    `<p>This is a demonstration. All of these people are invented.</p>
${wrong ? '<p class="error" role="alert">That is not the demo password. It is printed when Homeward starts.</p>' : ''}
<form method="post" action="/interaction/${escape(uid)}">
${asksPassword ? passwordField : ''}
<ul>
${people
  .map(
    (person) => `<li><button type="submit" name="person" value="${escape(person.sub)}">
<strong>${escape(person.name)}</strong> ${escape(person.words)}</button></li>`,
  )
  .join('\n')}
</ul>
</form>`,
  );

// Whoever brings the token of their sign-in has asked for it already: the form sends itself, where scripts run.
export const signOutPage = (form, asked) =>
  page(
    'Sign out of the demonstration',
    `${form}
<button type="submit" form="op.logoutForm" name="logout" value="yes" id="go">Sign out</button>
${asked ? "<script>document.getElementById('go').click()</script>" : ''}`,
  );

export const signedOutPage = () => page('You have signed out', '<p>You can close this page.</p>');

export const errorPage = (code, description) =>
  page('Sign-in did not work', `<p>${escape(description || code)} (${escape(code)})</p>`);

// The demo's OpenID provider: authorization code with PKCE for one confidential client, and invented people.
//
// Environment: OPENID_HOST, OPENID_PORT, OPENID_ISSUER, OPENID_CLIENT_ID, OPENID_CLIENT_SECRET,
// OPENID_REDIRECT_URIS and OPENID_SIGNED_OUT_URIS (space separated), OPENID_KEYS (a private JSON Web Key Set),
// OPENID_COOKIE_KEY, OPENID_PASSWORD (empty: people are chosen without one).

import { timingSafeEqual, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';
import { chooserPage, errorPage, signOutPage, signedOutPage } from './pages.mjs';

const env = (name) => {
  const value = process.env[`OPENID_${name}`];
  if (value === undefined) throw new Error(`OPENID_${name} is not set`);
  return value;
};

const { people } = JSON.parse(readFileSync(new URL('./people.json', import.meta.url), 'utf8'));
const personBySub = new Map(people.map((person) => [person.sub, person]));
const password = env('PASSWORD');
const issuer = env('ISSUER');

const account = (sub) => {
  const person = personBySub.get(sub);
  if (!person) return undefined;
  const { words, ...claims } = person;
  return { accountId: sub, claims: async () => claims };
};

// Whoever signs in has agreed: the demo asks for no consent page.
const grantForDemo = async (ctx) => {
  const { client, session, provider } = ctx.oidc;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid profile email homeward');
  await grant.save();
  return grant;
};

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: env('CLIENT_ID'),
      client_secret: env('CLIENT_SECRET'),
      redirect_uris: env('REDIRECT_URIS').split(' '),
      post_logout_redirect_uris: env('SIGNED_OUT_URIS').split(' '),
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  jwks: JSON.parse(env('KEYS')),
  cookies: {
    keys: [env('COOKIE_KEY')],
    names: { session: 'demo_openid', interaction: 'demo_openid_step', resume: 'demo_openid_resume' },
  },
  scopes: ['openid', 'profile', 'email', 'homeward'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email'], homeward: ['homeward_role', 'homeward_org'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (ctx, sub) => account(sub),
  loadExistingGrant: grantForDemo,
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      logoutSource: (ctx, form) => {
        ctx.set('Cache-Control', 'no-store');
        ctx.body = signOutPage(form, Boolean(ctx.oidc.params.id_token_hint));
      },
      postLogoutSuccessSource: (ctx) => {
        ctx.body = signedOutPage();
      },
    },
  },
  renderError: (ctx, out) => {
    ctx.type = 'html';
    ctx.body = errorPage(out.error, out.error_description);
  },
  ttl: { Session: 12 * 3600, Grant: 12 * 3600, Interaction: 3600, AccessToken: 3600, IdToken: 3600 },
});

const digest = (text) => createHash('sha256').update(text).digest();
const passwordIsRight = (given) => password === '' || timingSafeEqual(digest(given ?? ''), digest(password));

const readForm = async (request) => {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 10_000) throw new Error('form too long');
  }
  return new URLSearchParams(body);
};

// Sign-in pages may only be shown by us; the form leads to another port of the same host, so no form-action here.
const guard = (ctx) => {
  ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  ctx.set('Cache-Control', 'no-store');
};

const showChooser = (ctx, uid, wrong) => {
  guard(ctx);
  ctx.type = 'html';
  ctx.status = wrong ? 401 : 200;
  ctx.body = chooserPage({ uid, people, asksPassword: password !== '', wrong });
};

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { uid } = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.method !== 'POST') return showChooser(ctx, uid, false);
  const form = await readForm(ctx.req);
  const person = personBySub.get(form.get('person'));
  if (!person || !passwordIsRight(form.get('password'))) return showChooser(ctx, uid, true);
  const target = await provider.interactionResult(ctx.req, ctx.res, { login: { accountId: person.sub } });
  ctx.redirect(target);
  return undefined;
});

const server = provider.listen(Number(env('PORT')), env('HOST'), () => {
  console.log(`OpenID provider ready at ${issuer}`);
});

const stop = () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

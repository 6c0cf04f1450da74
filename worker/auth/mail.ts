import type { Env } from "../env.ts";
import { keepDemoMail, type Mail } from "./store.ts";

type Letter = Omit<Mail, "at">;
/** Hands one letter over. Throws when it was not taken. */
export type SendMail = (letter: Letter) => Promise<void>;

/**
 * The way mail leaves this cell: the demo's mail page, or an HTTP sender that takes `{to, subject, text}` with a bearer
 * secret. Null: none is set up, which health and the members screen say.
 */
export function mailer(env: Env): SendMail | null {
  if (env.DEMO) return (letter) => keepDemoMail(env.DB, { ...letter, at: Date.now() });
  const { MAIL_URL: url, MAIL_TOKEN: token } = env;
  if (!url || !token) return null;
  return async (letter) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(letter),
      signal: AbortSignal.timeout(10_000),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the mail sender answered ${answer.status}`);
  };
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char] ?? char);

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
article{border-top:1px solid #8888;padding:1rem 0}h2{font-size:1rem;margin:0}p{white-space:pre-wrap;margin:.5rem 0 0}time{opacity:.7}`;

/** The mail page of the demo: no script, no form, no image; links in the text can be clicked. */
export async function mailPage(mails: readonly Mail[]): Promise<Response> {
  const linked = (text: string): string =>
    text
      .split(/(https?:\/\/[^\s<>"]+)/)
      .map((part, index) => (index % 2 === 1 ? `<a href="${escape(part)}">${escape(part)}</a>` : escape(part)))
      .join("");
  const items = mails.map(
    (mail) =>
      `<article><h2>${escape(mail.subject)}</h2><time>${new Date(mail.at).toISOString()}</time> to ${escape(mail.to)}<p>${linked(mail.text)}</p></article>`,
  );
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mail of the demo</title><style>${style}</style></head><body><h1>Mail of the demo</h1><p>Nothing leaves this machine: this is what would have been sent.</p>${items.join("") || "<p>No mail yet.</p>"}</body></html>`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
  });
}

import { useSearchParams } from "@solidjs/router";
import { createResource, createSignal, For, Show, type JSX } from "solid-js";
import { http, type HttpError } from "../http.ts";
import { roleName, t } from "../i18n/i18n.ts";
import { safeNext } from "../paths.ts";
import { networkIsUp } from "../shell/context.ts";
import { Avatar, Bone } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import css from "./auth.module.css";
import { Gate, Input } from "./gate.tsx";

interface Ways {
  readonly demo: boolean;
  readonly code: boolean;
  readonly oidc: boolean;
}
interface DemoMember {
  readonly handle: string;
  readonly name: string;
  readonly base: string;
  readonly duties: readonly string[];
  readonly region: string | null;
}
const spaced = (word: string) => word.replaceAll("_", " ");
const failure = (error: HttpError) =>
  error.code === "unreachable"
    ? t("signin.unreachable")
    : error.code === "too_many_requests"
      ? t("why.too_many_requests")
      : t("signin.failed");

/** Into the product: pick a demo member, or a one-time code by e-mail, or the organisation's single sign-on. */
export default function SignIn(): JSX.Element {
  const [search] = useSearchParams<{ next?: string }>();
  const [ways, { refetch }] = createResource(() => http<Ways>("/api/auth/ways"));
  const [failed, setFailed] = createSignal<string>();
  const ready = () => {
    const answer = ways();
    return answer?.ok ? answer.value : undefined;
  };
  // A full load, so that nothing of whoever was here before stays in memory.
  const enter = () => location.assign(safeNext(search.next));
  const oidc = async () => {
    const answer = await http<{ url: string }>("/api/auth/oidc", {});
    if (answer.ok) location.assign(answer.value.url);
    else setFailed(failure(answer.error));
  };

  return (
    <Gate
      title={ready()?.demo ? t("signin.demo") : t("signin.title")}
      why={ready()?.demo ? t("signin.demoWhy") : undefined}
    >
      <Show when={failed() ?? (networkIsUp() ? undefined : t("signin.offline"))}>
        {(text) => (
          <p class={css.failed} role="alert">
            {text()}
          </p>
        )}
      </Show>
      <Show when={!ways.loading} fallback={<Waiting />}>
        <Show
          when={ready()}
          fallback={
            <>
              <p class={css.said}>{t("signin.unreachable")}</p>
              <Button onClick={() => void refetch()}>{t("act.retry")}</Button>
            </>
          }
        >
          {(way) => (
            <Show when={way().demo} fallback={<EmailCode onEnter={enter} />}>
              <DemoMembers onEnter={enter} onFail={setFailed} />
            </Show>
          )}
        </Show>
        <Show when={ready()?.oidc}>
          <p class={css.row}>
            <Button onClick={() => void oidc()}>{t("signin.sso")}</Button>
          </p>
        </Show>
      </Show>
    </Gate>
  );
}

const Waiting = (): JSX.Element => (
  <div class={css.members} aria-busy="true">
    <For each={[4, 5, 3, 4, 6, 3]}>
      {(of) => (
        <div class={css.member}>
          <span />
          <Bone of={of} />
          <Bone of={of} />
        </div>
      )}
    </For>
  </div>
);

function DemoMembers(props: {
  readonly onEnter: () => void;
  readonly onFail: (text: string | undefined) => void;
}): JSX.Element {
  const [members] = createResource(() => http<{ items: readonly DemoMember[] }>("/api/demo/members"));
  const items = () => {
    const answer = members();
    return answer?.ok ? answer.value.items : [];
  };
  const [busy, setBusy] = createSignal<string>();
  const choose = async (handle: string) => {
    if (busy()) return;
    setBusy(handle);
    props.onFail(undefined);
    const answer = await http("/api/auth/demo", { member: handle });
    if (answer.ok) return props.onEnter();
    setBusy(undefined);
    props.onFail(failure(answer.error));
  };
  return (
    <Show when={!members.loading} fallback={<Waiting />}>
      <ul class={css.members}>
        <For each={items()}>
          {(member) => (
            <li>
              <button
                type="button"
                class={css.member}
                aria-busy={busy() === member.handle}
                onClick={() => void choose(member.handle)}
              >
                <Avatar
                  id={member.handle}
                  name={member.name}
                  quiet={busy() !== undefined && busy() !== member.handle}
                />
                <span class={`${css.name} clip`}>{member.name}</span>
                <span class={`${css.role} clip`}>{[member.base, ...member.duties].map(roleName).join(", ")}</span>
                <span class={`${css.where} clip`}>{member.region ? spaced(member.region) : ""}</span>
              </button>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

function EmailCode(props: { readonly onEnter: () => void }): JSX.Element {
  const [mail, setMail] = createSignal("");
  const [sent, setSent] = createSignal(false);
  const [wrong, setWrong] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);

  const ask = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const address = String(new FormData(event.currentTarget).get("email") ?? "").trim();
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(address)) return void setWrong(t("signin.badMail"));
    setBusy(true);
    const answer = await http("/api/auth/code", { email: address });
    setBusy(false);
    if (!answer.ok) return void setWrong(failure(answer.error));
    setWrong(undefined);
    setMail(address);
    setSent(true);
  };
  const verify = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code") ?? "").replaceAll(/\D/g, "");
    if (code.length !== 6) return void setWrong(t("signin.wrongCode"));
    setBusy(true);
    const answer = await http("/api/auth/code/verify", { email: mail(), code });
    setBusy(false);
    if (answer.ok) return props.onEnter();
    setWrong(answer.error.code === "unauthenticated" ? t("signin.wrongCode") : failure(answer.error));
  };
  return (
    <Show
      when={sent()}
      fallback={
        <form class={css.form} noValidate onSubmit={(event) => void ask(event)}>
          <Input
            name="email"
            type="email"
            autocomplete="email"
            inputmode="email"
            required
            label={t("signin.email")}
            wrong={wrong()}
          />
          <Button look="primary" type="submit" aria-busy={busy()}>
            {t("signin.sendCode")}
          </Button>
        </form>
      }
    >
      <p class={css.said}>{t("signin.codeSent", mail())}</p>
      <form class={css.form} noValidate onSubmit={(event) => void verify(event)}>
        <Input
          name="code"
          inputmode="numeric"
          autocomplete="one-time-code"
          maxLength={7}
          required
          label={t("signin.code")}
          wrong={wrong()}
        />
        <div class={css.row}>
          <Button look="primary" type="submit" aria-busy={busy()}>
            {t("signin.enter")}
          </Button>
          <Button
            look="quiet"
            onClick={() => {
              setSent(false);
              setWrong(undefined);
            }}
          >
            {t("signin.otherMail")}
          </Button>
        </div>
      </form>
    </Show>
  );
}

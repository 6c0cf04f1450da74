import { createResource, createSignal, onMount, Show, type JSX } from "solid-js";
import { Gate, Input } from "../auth/gate.tsx";
import { limits } from "../../shared/kernel/limits.ts";
import { forgetMember, type Session } from "../data/session.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/button.tsx";
import { hasLock, hasPasskey, isPin, makeLock, openByPasskey, openByPin, sealing } from "./keyring.ts";
import css from "./lock.module.css";
import { closeAll, unsentBehind } from "./open.ts";
import { lockWords } from "./words.ts";

interface Props {
  readonly session: Session;
  readonly onOpen: (key: CryptoKey) => void;
}

/** Before anything of the copy is read: makes the lock that the organisation asks for, or opens the one that is there. */
export default function Unlock(props: Props): JSX.Element {
  return (
    <Show when={hasLock(props.session.me.member)} fallback={<MakePin {...props} />}>
      <OpenLock {...props} />
    </Show>
  );
}

function MakePin(props: Props): JSX.Element {
  const { me } = props.session;
  return (
    <Gate title={lockWords("makeTitle")} why={lockWords("makeWhy")}>
      <NewPin
        onPin={async (pin) => {
          const raw = await makeLock(me.member, pin);
          closeAll(me.member); // other tabs write readable values until they start anew
          props.onOpen(await sealing(raw));
        }}
      />
    </Gate>
  );
}

/** Two fields for a new PIN. */
export function NewPin(props: { readonly onPin: (pin: string) => Promise<void> }): JSX.Element {
  const [pin, setPin] = createSignal("");
  const [again, setAgain] = createSignal("");
  const [wrong, setWrong] = createSignal<"pin" | "again">();
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        setWrong(!isPin(pin()) ? "pin" : pin() !== again() ? "again" : undefined);
        if (!wrong()) void props.onPin(pin());
      }}
    >
      <Input
        {...pinInput}
        name="pin"
        label={lockWords("newPin", limits.pinDigitsMin)}
        value={pin()}
        wrong={wrong() === "pin" ? lockWords("badPin", limits.pinDigitsMin) : undefined}
        onInput={(event) => setPin(event.currentTarget.value.trim())}
      />
      <Input
        {...pinInput}
        name="again"
        label={lockWords("pinAgain")}
        value={again()}
        wrong={wrong() === "again" ? lockWords("pinDiffers") : undefined}
        onInput={(event) => setAgain(event.currentTarget.value.trim())}
      />
      <Button look="primary" type="submit">
        {lockWords("setPin")}
      </Button>
    </form>
  );
}
const pinInput = { type: "password", inputmode: "numeric", autocomplete: "off" } as const;

/** One field for the PIN that is set; says how many tries are left, and waits where it must. */
export function AskPin(props: {
  readonly member: string;
  readonly act: string;
  readonly onRaw: (raw: Uint8Array<ArrayBuffer>) => void;
  readonly onSpent: () => void;
}): JSX.Element {
  const [pin, setPin] = createSignal("");
  const [wrong, setWrong] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  let form: HTMLFormElement | undefined;
  onMount(() => form?.querySelector("input")?.focus());
  const enter = async () => {
    if (busy() || pin() === "") return;
    setBusy(true);
    const tried = await openByPin(props.member, pin());
    setBusy(false);
    setPin("");
    if (tried.ok) return props.onRaw(tried.raw);
    if (tried.left === 0) return props.onSpent();
    const seconds = Math.ceil(tried.waitMs / 1_000);
    setWrong(seconds > 0 ? lockWords("wrongWait", tried.left, seconds) : lockWords("wrong", tried.left));
  };
  return (
    <form
      ref={(element) => (form = element)}
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <Input
        {...pinInput}
        name="pin"
        label={lockWords("pin")}
        value={pin()}
        wrong={wrong()}
        onInput={(event) => {
          setPin(event.currentTarget.value.trim());
          setWrong(undefined);
        }}
      />
      <Button look="primary" type="submit" aria-busy={busy()}>
        {props.act}
      </Button>
    </form>
  );
}

function OpenLock(props: Props): JSX.Element {
  const { me } = props.session;
  const [unsent] = createResource(() => unsentBehind(me));
  const [asking, ask] = createSignal(false);
  const [failed, fail] = createSignal(false);
  const open = async (raw: Uint8Array<ArrayBuffer> | null) => {
    if (raw) props.onOpen(await sealing(raw));
    else fail(true);
  };
  const leave = async () => {
    const out = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    await fetch("/api/auth/sign-out", out).catch(() => undefined); // offline: the copy goes all the same
    await forgetMember(me);
    window.location.assign(paths.signIn);
  };
  return (
    <Gate title={lockWords("title")} why={lockWords("why", me.name)}>
      <Show when={unsent.latest}>{(count) => <p class={`${css.unsent} num`}>{lockWords("unsent", count())}</p>}</Show>
      <AskPin member={me.member} act={lockWords("open")} onRaw={(raw) => void open(raw)} onSpent={() => void leave()} />
      <div class={css.acts}>
        <Show when={hasPasskey(me.member)}>
          <Button onClick={() => void openByPasskey(me.member).then(open)}>{lockWords("usePasskey")}</Button>
        </Show>
        <Show
          when={asking()}
          fallback={
            <Button look="quiet" onClick={() => ask(true)}>
              {lockWords("forgot")}
            </Button>
          }
        >
          <p class={css.why}>{lockWords("forgotWhy", unsent.latest ?? 0)}</p>
          <Button look="danger" onClick={() => void leave()}>
            {lockWords("leave")}
          </Button>
        </Show>
      </div>
      <Show when={failed()}>
        <p class={css.why} role="alert">
          {lockWords("passkeyFailed")}
        </p>
      </Show>
    </Gate>
  );
}

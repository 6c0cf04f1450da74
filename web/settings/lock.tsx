import { createSignal, Match, Show, Switch, type JSX } from "solid-js";
import { AskPin, NewPin } from "../lock/unlock.tsx";
import { addPasskey, dropLock, hasLock, hasPasskey, makeLock, sealing } from "../lock/keyring.ts";
import { closeAll, unsealCopies } from "../lock/open.ts";
import { useSession } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./settings.module.css";
import { lockWords } from "../lock/words.ts";

/** A PIN, and a passkey beside it, under which this member's copy is sealed on this device. */
export function DeviceLock(): JSX.Element {
  const { data } = useSession();
  const { me } = data;
  const [doing, begin] = createSignal<"set" | "passkey" | "remove">();
  const isSet = hasLock(me.member);
  const anew = () => {
    closeAll(me.member);
    location.reload(); // sealed, or readable again, from the first value read
  };
  const passkey = async (raw: Uint8Array<ArrayBuffer>) => {
    const done = await addPasskey(me.member, me.name, raw);
    begin(undefined);
    toast({ text: lockWords(done ? "passkeyAdded" : "passkeyFailed"), bad: !done });
  };
  const remove = async (raw: Uint8Array<ArrayBuffer>) => {
    await unsealCopies(me, await sealing(raw));
    dropLock(me.member);
    anew();
  };
  return (
    <Switch
      fallback={
        <div class={css.act}>
          <Show when={isSet} fallback={<Button onClick={() => begin("set")}>{lockWords("setPin")}</Button>}>
            <span class={css.more}>{lockWords("isSet")}</span>
            <Show when={!hasPasskey(me.member)}>
              <Button onClick={() => begin("passkey")}>{lockWords("addPasskey")}</Button>
            </Show>
            <Show when={data.lockMinutes === undefined} fallback={<p class={css.why}>{lockWords("demanded")}</p>}>
              <Button onClick={() => begin("remove")}>{lockWords("remove")}</Button>
            </Show>
          </Show>
        </div>
      }
    >
      <Match when={doing() === "set"}>
        <NewPin onPin={(pin) => makeLock(me.member, pin).then(anew)} />
      </Match>
      <Match when={doing() === "passkey"}>
        <AskPin member={me.member} act={lockWords("addPasskey")} onRaw={(raw) => void passkey(raw)} onSpent={anew} />
      </Match>
      <Match when={doing() === "remove"}>
        <AskPin member={me.member} act={lockWords("remove")} onRaw={(raw) => void remove(raw)} onSpent={anew} />
      </Match>
    </Switch>
  );
}

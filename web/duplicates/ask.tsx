import { createEffect, createSignal, on, Show, type JSX } from "solid-js";
import css from "../leads/leads.module.css";
import { http } from "../http.ts";
import { q } from "../quality/words.ts";
import { useSession } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";

interface Said {
  readonly entity: "account" | "contact";
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
}
/** Whether a colleague has just this, where one can't see it: asked by hand, answered by yes or no and whom to ask (DUP-10). */
export function AskColleague(props: { readonly said: Said }): JSX.Element {
  const session = useSession();
  const [answer, setAnswer] = createSignal<string>();
  createEffect(on(() => JSON.stringify(props.said), () => setAnswer(undefined))); // prettier-ignore
  const may = () => {
    const { data } = session;
    const id = data.newId(props.said.entity);
    return data.can("match", { id, anchor: id, compartment: "core", createdAt: 0, createdBy: "" }).allowed;
  };
  const ask = async () => {
    const { email, phone, ...said } = props.said;
    const body = { ...said, name: said.name.trim(), ...(email?.trim() ? { email: email.trim() } : {}), ...(phone?.trim() ? { phone: phone.trim() } : {}) }; // prettier-ignore
    const got = await http<{ readonly found: boolean; readonly ask: string | null }>("/api/duplicates/ask", body);
    if (!got.ok) return void setAnswer(q(got.error.code === "too_many_requests" ? "askOften" : "askFailed"));
    const who = session.memberName(got.value.ask);
    setAnswer(got.value.found ? (who ? q("askSome", who) : q("askSteward")) : q("askNone"));
  };
  return (
    <Show when={props.said.name.trim() && !session.offline() && may()}>
      <p class={css.note}>
        <Show
          when={answer()}
          fallback={
            <Button small look="quiet" type="button" onClick={() => void ask()}>
              {q("ask")}
            </Button>
          }
        >
          <span role="status">{answer()}</span>
        </Show>
      </p>
    </Show>
  );
}

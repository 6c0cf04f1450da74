import { createSignal, type JSX } from "solid-js";
import { addDays, dayIn } from "../../shared/kernel/clock.ts";
import { now, useSession } from "../shell/context.ts";
import { DayChips } from "../tasks/days.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { said } from "./words.ts";

/** A day for something, asked for by a dialog of its own. */
export function AskDay(props: {
  readonly title: string;
  readonly onDay: (day: string) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const { data } = useSession();
  const today = dayIn(now(), data.me.zone);
  const [value, setValue] = createSignal(addDays(today, 1));
  return (
    <Dialog
      open
      title={props.title}
      onClose={props.onClose}
      actions={
        <Button
          look="primary"
          onClick={() => {
            props.onDay(value());
            props.onClose();
          }}
        >
          {said("yes")}
        </Button>
      }
    >
      <DayChips label={props.title} value={value()} today={today} ahead onChange={(one) => one && setValue(one)} />
    </Dialog>
  );
}

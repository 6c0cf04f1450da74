import Mail from "lucide-solid/icons/mail";
import Phone from "lucide-solid/icons/phone";
import { Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";

const mailHref = (address: string): string => `mailto:${encodeURIComponent(address).replaceAll("%40", "@")}`;
const callHref = (phone: string): string => `tel:${phone.replaceAll(/[^\d+]/g, "")}`;

/** How to reach somebody, as two small buttons. */
export function Ways(props: {
  readonly name: string;
  readonly email: string | null | undefined;
  readonly phone: string | null | undefined;
  readonly class?: string | undefined;
}): JSX.Element {
  return (
    <>
      <Show when={props.email}>
        {(email) => (
          <a
            class={props.class}
            href={mailHref(email())}
            aria-label={`${t("kind.email")}: ${props.name}`}
            title={email()}
          >
            <Mail size={15} />
          </a>
        )}
      </Show>
      <Show when={props.phone}>
        {(phone) => (
          <a
            class={props.class}
            href={callHref(phone())}
            aria-label={`${t("kind.call")}: ${props.name}`}
            title={phone()}
          >
            <Phone size={15} />
          </a>
        )}
      </Show>
    </>
  );
}

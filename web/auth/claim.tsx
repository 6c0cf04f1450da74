import { useParams } from "@solidjs/router";
import { createSignal, type JSX } from "solid-js";
import { http } from "../http.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/button.tsx";
import css from "./auth.module.css";
import { Gate, Input } from "./gate.tsx";

/** The first member takes the organisation. The link's secret stands in the fragment, which no server and no log sees. */
export default function Claim(): JSX.Element {
  const params = useParams<{ code: string }>();
  const [wrong, setWrong] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const secret = location.hash.slice(1);

  const claim = async (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const of = (name: string) => String(form.get(name) ?? "").trim();
    setBusy(true);
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const answer = await http("/api/claim", {
      code: params.code,
      secret,
      name: of("name"),
      email: of("email"),
      organisation: of("organisation"),
      locale: locale(),
      zone,
    });
    setBusy(false);
    if (answer.ok) return location.assign(paths.today);
    setWrong(
      answer.error.code === "missing"
        ? t("claim.dead")
        : answer.error.code === "invalid"
          ? t("why.invalid")
          : answer.error.code === "unreachable"
            ? t("signin.unreachable")
            : t("signin.failed"),
    );
  };
  return (
    <Gate title={t("claim.title")} why={t("claim.why")}>
      <form class={css.form} onSubmit={(event) => void claim(event)}>
        <Input name="name" autocomplete="name" required maxLength={200} label={t("claim.name")} />
        <Input name="email" type="email" autocomplete="email" required label={t("signin.email")} />
        <Input
          name="organisation"
          autocomplete="organization"
          required
          maxLength={200}
          label={t("claim.organisation")}
          wrong={wrong()}
        />
        <Button look="primary" type="submit" aria-busy={busy()}>
          {t("claim.submit")}
        </Button>
      </form>
    </Gate>
  );
}

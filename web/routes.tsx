import { Route, Router } from "@solidjs/router";
import { lazy, type JSX } from "solid-js";
import { Inside } from "./shell/inside.tsx";
import { NotFound } from "./shell/not-found.tsx";

/** The whole route table. Addresses are made by paths.ts. */
export const Routes = (): JSX.Element => (
  <Router>
    <Route path="/sign-in" component={lazy(() => import("./auth/sign-in.tsx"))} />
    <Route path="/claim/:code" component={lazy(() => import("./auth/claim.tsx"))} />
    <Route path="/" component={Inside}>
      <Route path="/" component={lazy(() => import("./today/today.tsx"))} />
      <Route path="/accounts" component={lazy(() => import("./accounts/list.tsx"))} />
      <Route path="/accounts/:id/:tab?/:part?" component={lazy(() => import("./accounts/account.tsx"))} />
      <Route path="/pipeline" component={lazy(() => import("./pipeline/pipeline.tsx"))} />
      <Route path="/cases/:id?" component={lazy(() => import("./cases/cases.tsx"))} />
      <Route path="/handoffs/:id?" component={lazy(() => import("./handoffs/page.tsx"))} />
      <Route path="/leads/:part?" component={lazy(() => import("./leads/leads.tsx"))} />
      <Route path="/contacts" component={lazy(() => import("./contacts/list.tsx"))} />
      <Route path="/contacts/:id" component={lazy(() => import("./contacts/contact.tsx"))} />
      <Route path="/quality/:pile?" component={lazy(() => import("./quality/quality.tsx"))} />
      <Route path="/settings" component={lazy(() => import("./settings/settings.tsx"))} />
      <Route path="/access/:part?" component={lazy(() => import("./access/page.tsx"))} />
      <Route path="*" component={NotFound} />
    </Route>
  </Router>
);

/**
 * A vitest reporter that holds the suite to its word: every project ran tests, and what is skipped says why and until
 * when in its title, as in `... (skipped: reason, 2026-12-01)`. Tests that passed only when they were tried again are named. Writes its findings to $CRM_TEST_REPORT.
 */
import { writeFileSync } from "node:fs";

const reasonAndDate = /\(skipped: .+ \d{4}-\d{2}-\d{2}\)/;
const projects = ["unit", "web", "worker", "e2e", "sim"];

export default class AllRan {
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0;
    let failed = unhandledErrors.length;
    const ran = new Map(projects.map((name) => [name, 0]));
    const complaints = [];
    const flaky = [];
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (test.diagnostic()?.flaky) flaky.push(test.fullName);
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
        else if (!reasonAndDate.test(test.fullName))
          complaints.push(`skipped without a reason and a date: ${test.fullName}`);
        if (state === "passed" || state === "failed")
          ran.set(module.project.name, (ran.get(module.project.name) ?? 0) + 1);
      }
    }
    for (const [name, count] of ran) if (count === 0) complaints.push(`the project "${name}" ran no test`);
    writeFileSync(process.env.CRM_TEST_REPORT, JSON.stringify({ passed, failed, complaints, flaky }));
  }
}

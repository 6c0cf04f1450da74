import type { Facts } from "./engine.ts";

/**
 * One example person for each role of the shipped policy: for those who choose a role for somebody, and for the policy's
 * tests. Whoever has a duty has it beside a base.
 */
interface Example {
  readonly role: string;
  readonly name: string;
  readonly says: { readonly en: string; readonly zh: string };
  readonly facts: Facts;
}
const person = (
  role: string,
  name: string,
  base: string,
  duties: readonly string[],
  teams: readonly string[],
  regions: readonly string[],
  en: string,
  zh: string,
): Example => ({
  role,
  name,
  says: { en, zh },
  facts: { member: name.toLowerCase(), base, duties, teams, regions, employment: "active" },
});

// prettier-ignore
export const examples: readonly Example[] = [
  person("qualifier", "Lina", "qualifier", [], ["apac"], ["apac"],
    "Lina calls new leads, writes down what they need, and passes on those that are worth a visit.", "Lina 给新线索打电话，记下他们的需求，把值得拜访的转交出去。"),
  person("seller", "Ana", "seller", [], ["west"], ["americas"],
    "Ana sells to her own accounts and has their prices with her on the train.", "Ana 负责自己的客户，在火车上也能看到报价。"),
  person("sales_manager", "Marcus", "sales_manager", [], ["west"], ["americas"],
    "Marcus coaches the sellers of his team and steps in when one of them is away.", "Marcus 辅导本团队的销售，有人不在时顶上。"),
  person("support", "Sofia", "support", [], ["care"], ["americas"],
    "Sofia solves the cases of her region and knows who is calling.", "Sofia 处理本区域的工单，知道来电的是谁。"),
  person("finance", "Femi", "finance", [], ["money"], ["americas"],
    "Femi bills the region's accounts and keeps their contracts.", "Femi 负责本区域客户的开票和合同。"),
  person("marketing", "Yuki", "marketing", [], ["brand"], ["apac"],
    "Yuki invites people who agreed to it and learns what became of the region's leads.", "Yuki 邀请已同意的人，并了解本区域线索的结果。"),
  person("exec_viewer", "Helen", "exec_viewer", [], [], [],
    "Helen looks at pipeline and health of the whole, online, and changes nothing.", "Helen 在线查看全局的销售进展和客户状况，不作改动。"),
  person("ops_admin", "Omar", "ops_admin", [], [], [],
    "Omar keeps pipelines and stages without reading the business in them.", "Omar 维护销售流程和阶段，不看其中的业务。"),
  person("discount_approver", "Tomas", "sales_manager", ["discount_approver"], ["europe"], ["europe"],
    "Tomas looks at a large discount with a second pair of eyes.", "Tomas 以第二双眼睛审看大额折扣。"),
  person("escalation_lead", "Priya", "support", ["escalation_lead"], ["care"], ["europe"],
    "Priya is called in when a case burns, for as long as it burns.", "工单告急时请 Priya 参与，告急结束即止。"),
  person("handoff_coordinator", "Noor", "finance", ["handoff_coordinator"], ["money"], ["europe"],
    "Noor watches over handovers, so that none gets stuck between two teams.", "Noor 盯着交接，不让任何一项卡在两个团队之间。"),
  person("data_steward", "Greta", "ops_admin", ["data_steward"], [], [],
    "Greta brings records in, merges twins, and keeps the standards.", "Greta 导入记录、合并重复项、维护数据标准。"),
  person("auditor", "Iris", "exec_viewer", ["auditor"], [], [],
    "Iris reads who did what, and changes nothing.", "Iris 查看谁做了什么，不作改动。"),
  person("policy_admin", "Dana", "ops_admin", ["policy_admin"], [], [],
    "Dana keeps members, teams and the policy, together with a second person.", "Dana 与另一人共同维护成员、团队和权限策略。"),
];

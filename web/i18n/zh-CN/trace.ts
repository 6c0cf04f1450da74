import type { traceEn } from "../en/trace.ts";
import type { Words } from "../part.ts";

export const traceZh: Words<typeof traceEn> = {
  "trace.keptBy": (rule, who) => `规则：${rule} · 由 ${who} 维护`,
  "trace.hidden": "某条规则执行了操作",
  "trace.aRule": "某条规则",
  "trace.somebody": "某人",
  "trace.why": "为什么会这样？",
  "trace.sight": (to, cause, by) => `${to} 可以看到此客户：工单 ${cause} 由 ${by} 升级`,
  "trace.sightEnded": (to, cause) => `${to} 不再看到此客户：工单 ${cause} 的升级已结束`,
  "trace.notAnswered": (cause) => `工单 ${cause} 未按时响应`,
  "trace.notSolved": (cause) => `工单 ${cause} 未按时解决`,
  "trace.offerLate": (cause, to) => `“${cause}”无人答复：已告知 ${to}`,
  "trace.offerEnded": (cause) => `交接“${cause}”已结束：无人答复`,
  "trace.sightKept": (by, cause) => `${by} 交接后仍可查看：${cause}`,
  "trace.carriedOut": (cause, by) => `${cause}：经 ${by} 同意后已执行`,
  "trace.rule.escalation": (until) => `被请来的人可看客户历史，直到工单解决，最晚到 ${until}`,
  "trace.rule.escalationEnded": "升级带来的可见范围随升级结束",
  "trace.rule.level": (level) => `服务承诺 ${level}`,
  "trace.rule.anyLevel": "适用于所有区域的服务承诺",
  "trace.rule.late": "交接等待超过一个工作日，会显示给接收人的负责人",
  "trace.rule.silence": "无人答复的交接在三个工作日后结束",
  "trace.rule.sender": (until) => `交出方可继续查看到 ${until}`,
  "trace.rule.approval": "需要第二人同意的事，在其同意后执行",
};

import type { settingsEn } from "../en/settings.ts";
import type { Words } from "../part.ts";

const num = (n: number) => n.toLocaleString("zh-CN");

export const settingsZh: Words<typeof settingsEn> = {
  "copy.title": "本机保留的内容",
  "copy.why": "这些客户可离线使用。你可见的其他内容只在线查询，从不存于本机。",
  "copy.by.pinned": "由你留在本机",
  "copy.by.own": "由你负责",
  "copy.by.shared": "与你共享",
  "copy.by.account_team": "你在其客户团队中",
  "copy.by.opened": "在这里打开过",
  "copy.by.team": "属于你的团队",
  "copy.accounts": "客户",
  "copy.over": "本机放不下的客户",
  "copy.records": "各类记录",
  "copy.room": "占用空间（含应用本身）",
  "copy.mayGo": "空间不足时，浏览器可能清除此副本。安装应用或经常打开可降低这种可能。未送达的更改请尽快发送。",
  "copy.remove": "移除本机副本",
  "copy.removeWhy": "你仍保持登录，你和团队的内容会重新获取。",
  "copy.askTitle": "还有未送达的内容，确定移除副本？",
  "copy.askBody": (n) => `${num(n)} 项更改尚未送达或未被接受。移除副本会一并移除它们。`,
  "copy.askForce": "放弃并移除",
  "practice.title": "弱网演练",
  "practice.why": "出发前先演练现场网络。本浏览器的真实通信会走一条很差的线路，直到你停止、重新加载，或满半小时。",
  "practice.line": "线路",
  "practice.off": "关闭",
  "practice.offIs": "使用真实网络。",
  "practice.slow": "缓慢",
  "practice.slowIs": "一切都又晚又慢：延迟 0.4 秒，50 kbit/s。",
  "practice.flaky": "不稳定",
  "practice.flakyIs": "约三分之一的请求或应答丢失；实时连接每 20 秒断开。",
  "practice.pretend": "假连接",
  "practice.pretendIs": "连得上却没有应答，像某些酒店的无线网。",
  "practice.cut": "断网",
  "practice.cutIs": "完全没有网络。",
  "practice.on": (line) => `弱网演练中：${line}`,
  "practice.stop": "停止",
  "practice.over": "演练已结束，期间没有任何更改。",
  "practice.told": (acts, kept, seconds, back) =>
    `共 ${num(acts)} 项操作，保住 ${num(kept)} 项，恢复后 ${num(seconds)} 秒送达${back > 0 ? `；${num(back)} 项需要你处理` : ""}。`,
};

import type { lockEn } from "../en/lock.ts";
import type { Words } from "../part.ts";

const num = (n: number) => n.toLocaleString("zh-CN");

export const lockZh: Words<typeof lockEn> = {
  leaseWhy: "本机已很久没有联系服务器。在重新联系之前，所存内容保持关闭，期间失效的权限在这里也会失效。",
  unsent: (n) => `${num(n)} 项未送达的更改保存在本机`,
  title: "本机已锁定",
  why: (name) => `${name} 在本机的副本已加密。输入 PIN 即可打开，离线也可以。`,
  makeTitle: "为本机设置 PIN",
  makeWhy: "你的组织要求加锁。本机保留的内容将用只有你知道、且从不离开本机的 PIN 加密。",
  pin: "PIN",
  newPin: (digits) => `新 PIN，至少 ${num(digits)} 位数字`,
  badPin: (digits) => `至少 ${num(digits)} 位数字，不能全部相同，也不能连号。`,
  pinAgain: "再次输入 PIN",
  pinDiffers: "两次输入的 PIN 不一致。",
  setPin: "设置 PIN",
  open: "解锁",
  wrong: (left) => `PIN 不正确，还可尝试 ${num(left)} 次。`,
  wrongWait: (left, seconds) => `PIN 不正确，请等待 ${num(seconds)} 秒。再错 ${num(left)} 次将移除副本。`,
  usePasskey: "使用通行密钥",
  addPasskey: "添加通行密钥",
  passkeyAdded: "通行密钥也可打开本机",
  passkeyFailed: "该通行密钥无法打开本机。",
  forgot: "忘记 PIN？",
  forgotWhy: (n) =>
    n > 0
      ? `没有 PIN 谁也打不开副本。退出登录会移除副本及 ${num(n)} 项未送达的更改。`
      : "没有 PIN 谁也打不开副本。退出登录会移除副本，其中内容均已送达。",
  leave: "移除副本并退出",
  setting: "锁",
  settingWhy:
    "设置 PIN 后，本机保留的内容会在磁盘上加密，几分钟无操作即关闭。短 PIN 只能拖慢复制磁盘的人，不能阻止他们。",
  isSet: "已设置 PIN。",
  demanded: "你的组织要求加锁。",
  remove: "移除锁",
  needsNetwork: "当前离线，解锁需要网络。",
};

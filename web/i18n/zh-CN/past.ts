import type { pastEn } from "../en/past.ts";
import type { Words } from "../part.ts";

export const pastZh: Words<typeof pastEn> = {
  aRecord: "一条记录",
  theAccount: "此客户",
  shared: (who, what, to, until) => `${who} 让 ${to} 查看${what}${until ? `，至 ${until}` : ""}`,
  shareEnded: (what, to) => `${to} 不再因被点名而能查看${what}`,
  grantEnded: (to) => `借给 ${to} 的权限已结束`,
  imported: (count, who) => `${who} 的导入带来或更改了 ${count.toLocaleString("zh-CN")} 条记录`,
};

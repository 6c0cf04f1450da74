import type { commandsEn } from "../en/commands.ts";
import type { Words } from "../part.ts";

export const commandsZh: Words<typeof commandsEn> = {
  "account.log": "为此客户做记录",
  "account.handOver": "交接此客户",
  "account.pin": "在本机保留此客户，或不再保留",
  "account.timeline": "查看此客户的时间线",
  "account.notes": "查看此客户的笔记",
  "account.opportunities": "查看此客户的商机",
  "account.cases": "查看此客户的工单",
  "account.handoffs": "查看此客户的交接",
  "account.files": "查看此客户的文件",
  "case.resolve": "解决此工单",
  "case.reassign": "将此工单转给他人",
  "case.escalate": "升级此工单",
  "handoff.accept": "接受此交接",
  "handoff.return": "退回此交接",
  "today.done": "完成",
  "today.later": "推迟",
  "today.approve": "批准或接受",
  "today.edit": "打开编辑",
  "list.find": "在此列表中查找",
  "list.filter": "筛选此列表",
  "row.next": "下一行",
  "row.previous": "上一行",
  "row.down": "下一行（焦点在列表中时）",
  "row.up": "上一行（焦点在列表中时）",
  "row.open": "打开该行",
  "row.peek": "在列表旁查看该行",
  "row.select": "选择该行",
  "row.selectNext": "向下扩展选择",
  "row.selectPrevious": "向上扩展选择",
  "row.selectAll": "选择所有行",
  "row.change": "更改所选行的字段",
  "row.give": "更改所选行的负责人",
  "row.cells": "进入该行的单元格，按 F2 编辑，按 Esc 退出",
  "row.pin": "在本机保留，或不再保留",
  "row.remove": "从本机移除",
  "row.close": "关闭列表旁的内容",
  "stage.choose": "选择阶段",
  "stage.back": "退回一个阶段",
  "stage.on": "前进一个阶段",
  "case.new": "新建工单",
  "lead.new": "新建线索",
  "person.new": "新建联系人",
  "task.new": "新建任务",
  "visit.log": "记录拜访",
  "case.add": "新建工单",
  "lead.add": "新建线索",
  "account.add": "新建客户",
  "go.today": "前往今天",
  "go.accounts": "前往客户",
  "go.contacts": "前往联系人",
  "go.leads": "前往线索",
  "go.pipeline": "前往流程",
  "go.cases": "前往工单",
  "go.handoffs": "前往交接",
  "go.notices": "打开通知",
  "go.quality": "前往数据质量",
  "go.settings": "前往设置",
  "go.access": "前往权限",
  "go.audit": "前往审计",
  "twins.merge": "合并这两个",
  "twins.apart": "标记为两个",
  "app.palette": "搜索与命令",
  "app.find": "搜索",
  "app.help": "显示所有快捷键",
  "app.undo": "撤销",
  "app.sidebar": "显示或隐藏侧栏",
  "app.attention": "查看需要处理的内容",
  "app.sync": "立即同步",
  "theme.system": "外观：跟随系统",
  "theme.light": "外观：浅色",
  "theme.dark": "外观：深色",
  "language.en": "语言：English",
  "language.zh-CN": "语言：简体中文",
  "app.update": "载入新版本",
  "app.signOut": "退出登录",
  also: `account.log 写 电话 会议
    account.handOver 转交
    account.pin 关注 离线
    visit.log 电话 会议 活动
    task.new 待办 提醒 添加
    case.new 添加 问题
    case.add 添加 问题
    lead.new 添加
    lead.add 添加
    account.add 添加 组织
    go.today 首页
    go.pipeline 商机 看板 预测
    go.quality 重复 合并 清理 缺失
    go.settings 偏好 设备 锁定
    app.help 键盘 帮助
    app.attention 未被接受
    app.sync 发送 刷新
    theme.dark 夜间 颜色 主题
    theme.light 日间 颜色 主题
    theme.system 自动 颜色 主题
    app.update 重新加载
    app.signOut 注销 离开`,
  space: "空格",
  del: "Del",
  "part.page": "此页面",
  "part.list": "此列表",
  "part.make": "新建",
  "part.go": "前往",
  "part.app": "任何地方",
  commands: "命令",
  lately: "最近打开",
  help: "快捷键",
  helpWhy: "正在输入文字时，单个字母的快捷键不起作用。",
  newAccount: "新建客户",
  accountName: "名称",
  nextAction: "下一步",
  make: "新建",
  needsName: "客户需要名称。",
  made: (name) => `已新建 ${name}，由您负责。`,
};

/** What other programs put on the clipboard, cut down from what they write. */

/** Word for Windows, through Chromium: lists are paragraphs, with their signs in conditional comments. */
export const word = `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=ProgId content=Word.Document><meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/ana/AppData/Local/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- @font-face {font-family:Wingdings;} @list l0:level1 {mso-level-number-format:bullet; mso-level-text:\uF0B7;} p.MsoNormal {margin:0cm;} --></style>
<script>window.pasted = true</script></head>
<body lang=EN-US style='tab-interval:36.0pt'><!--StartFragment-->
<p class=MsoTitle><span lang=EN-US>Visit to Orchard<o:p></o:p></span></p>
<h2><span lang=EN-US style='mso-fareast-font-family:"Times New Roman"'>What we
saw<o:p></o:p></span></h2>
<p class=MsoNormal><span lang=EN-US>The <b>second line</b> stands <i>still</i>, see <a href="https://orchard.example/line"><u>the report</u></a> and <a href="javascript:alert(1)">this</a>.<o:p></o:p></span></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='margin-left:36.0pt;mso-add-space:auto;text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US style='font-family:Symbol;mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]><span lang=EN-US>Bearings are worn<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;mso-add-space:auto;text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span lang=EN-US style='font-family:"Courier New"'><span style='mso-list:Ignore'>o<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]><span lang=EN-US>on the <b>left</b> side<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpLast style='margin-left:36.0pt;mso-add-space:auto;text-indent:-18.0pt;mso-list:l0 level1 lfo1'><!--[if !supportLists]--><span lang=EN-US style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><!--[endif]--><span lang=EN-US>Spare parts: two weeks<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span lang=EN-US><span style='mso-list:Ignore'>3.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]><span lang=EN-US>Order parts<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'><![if !supportLists]><span lang=EN-US><span style='mso-list:Ignore'>4.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]><span lang=EN-US>Call Bo<o:p></o:p></span></p>
<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0><tr style='mso-yfti-irow:0'><td width=312 valign=top><p class=MsoNormal><b><span lang=EN-US>Part<o:p></o:p></span></b></p></td><td width=312 valign=top><p class=MsoNormal><span lang=EN-US>Day<o:p></o:p></span></p></td></tr>
<tr><td colspan=2><p class=MsoNormal><span lang=EN-US>Bearing<o:p></o:p></span></p></td></tr></table>
<p class=MsoQuote><span lang=EN-US>Never again.<o:p></o:p></span></p>
<p class=MsoNormal><!--[if gte vml 1]><v:shape id="Picture_1" type="#_x0000_t75"><v:imagedata src="file:///C:/clip_image001.png"/></v:shape><![endif]--><![if !vml]><img width=100 height=50 src="file:///C:/Users/ana/clip_image001.png" onerror="window.pasted = true" v:shapes="Picture_1"><![endif]></p>
<!--EndFragment--></body></html>`;

/** Word in the browser: every item is a list of its own. */
export const wordOnline = `<div class="OutlineElement Ltr SCXW1 BCX0"><p class="Paragraph SCXW1 BCX0" role="heading" aria-level="1" xml:lang="EN-US"><span class="TextRun"><span class="NormalTextRun">Plan</span></span><span class="EOP">&nbsp;</span></p></div>
<div class="ListContainerWrapper SCXW1 BCX0"><ul class="BulletListStyle1 SCXW1" role="list"><li data-leveltext="" data-font="Symbol" data-listid="1" aria-setsize="-1" data-aria-posinset="1" data-aria-level="1" role="listitem"><p class="Paragraph"><span class="TextRun">One</span></p></li></ul></div>
<div class="ListContainerWrapper SCXW1 BCX0"><ul class="BulletListStyle2 SCXW1" role="list"><li data-leveltext="o" data-listid="1" data-aria-posinset="1" data-aria-level="2" role="listitem"><p class="Paragraph"><span class="TextRun" style="font-weight: bold;">Under</span></p></li></ul></div>
<div class="ListContainerWrapper SCXW1 BCX0"><ol class="NumberListStyle1 SCXW1" role="list" start="1"><li data-leveltext="%1." data-listid="2" data-aria-posinset="1" data-aria-level="1" role="listitem"><p class="Paragraph"><span class="TextRun">First</span></p></li></ol></div>
<div class="ListContainerWrapper SCXW1 BCX0"><ol class="NumberListStyle1 SCXW1" role="list" start="2"><li data-leveltext="%1." data-listid="2" data-aria-posinset="2" data-aria-level="1" role="listitem"><p class="Paragraph"><span class="TextRun">Second</span></p></li></ol></div>`;

/** Google Docs: a bold that is none around everything, formatting in styles, lists in lists. */
export const docs = `<meta charset='utf-8'><meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1f2e3d4c-7fff-1234-abcd-0123456789ab"><h1 dir="ltr" style="line-height:1.38;margin-top:20pt;margin-bottom:6pt;"><span style="font-size:20pt;font-family:Arial,sans-serif;color:#000000;font-weight:400;font-style:normal;text-decoration:none;white-space:pre-wrap;">Quarterly review</span></h1><p dir="ltr" style="line-height:1.38;"><span style="font-size:11pt;font-weight:400;white-space:pre-wrap;">Plain, </span><span style="font-size:11pt;font-weight:700;white-space:pre-wrap;">bold</span><span style="font-weight:400;font-style:italic;">, slanted</span><span style="font-weight:400;text-decoration:line-through;">, gone</span><span style="font-weight:400;"> and </span><a href="https://www.google.com/url?q=https://orchard.example/q%3Fa%3D1&sa=D&source=editors" style="text-decoration:none;"><span style="font-weight:400;color:#1155cc;text-decoration:underline;-webkit-text-decoration-skip:none;">a link</span></a></p><br /><ul style="margin-top:0;margin-bottom:0;padding-inline-start:48px;"><li dir="ltr" style="list-style-type:disc;" aria-level="1"><p dir="ltr" role="presentation"><span style="font-weight:400;">One</span></p></li><ul style="margin-top:0;margin-bottom:0;"><li dir="ltr" style="list-style-type:circle;" aria-level="2"><p dir="ltr" role="presentation"><span style="font-weight:400;">Under one</span></p></li></ul><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span style="font-weight:400;">Two</span></p></li></ul><ul style="padding-inline-start:28px;"><li dir="ltr" role="checkbox" aria-checked="true" style="list-style-type:none;" aria-level="1"><img src="data:image/png;base64,iVBORw0KGgo=" alt="checked" aria-roledescription="checkbox"><p dir="ltr" role="presentation"><span style="text-decoration:line-through;">Sent</span></p></li><li dir="ltr" role="checkbox" aria-checked="false" aria-level="1"><img src="data:image/png;base64,iVBORw0KGgo=" alt="unchecked"><p dir="ltr" role="presentation"><span>Called</span></p></li></ul><br /><div dir="ltr" style="margin-left:0pt;" align="left"><table style="border:none;border-collapse:collapse;"><colgroup><col width="200"/><col width="200"/></colgroup><tbody><tr style="height:0pt"><td style="border:solid #000 1pt;"><p dir="ltr"><span style="font-weight:700;">Who</span></p></td><td><p dir="ltr"><span>What</span></p></td></tr></tbody></table></div><h5 dir="ltr"><span style="font-weight:400;">Small</span></h5></b>`;

export const markdown = `# Visit to Orchard

The **second line** stands _still_, ~~since May~~, see [the report](https://orchard.example/line) and [this](javascript:alert(1)).
Next line & <b>more</b> <script>window.pasted = true</script>\`x < 1\`

- Bearings are worn
  - on the **left** side
- Spare parts

3. Order parts
4. Call Bo

- [x] Sent
- [ ] Called

| Part | Day |
| --- | --- |
| Bearing | \`Mon\` |

> Never again.

\`\`\`ts
const x = 1 < 2;
\`\`\`

---

![a picture](https://orchard.example/x.png)
`;

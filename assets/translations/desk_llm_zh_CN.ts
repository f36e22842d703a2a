<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About desk_llm</source>
        <translation>关于 desk_llm</translation>
    </message>
    <message>
        <source>Version {0}</source>
        <translation>版本 {0}</translation>
    </message>
    <message>
        <source>Talk to language models that run on your own computer. Nothing you write leaves it.</source>
        <translation>与运行在您自己电脑上的语言模型对话。您写的任何内容都不会离开这台电脑。</translation>
    </message>
    <message>
        <source>Free software under the Apache License 2.0</source>
        <translation>自由软件，采用 Apache License 2.0 许可</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Close this notice</source>
        <translation>关闭此通知</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Message {0}</source>
        <translation>给 {0} 发消息</translation>
    </message>
    <message>
        <source>Choose a model first</source>
        <translation>请先选择模型</translation>
    </message>
    <message>
        <source>Editing your message; the old version is kept</source>
        <translation>正在编辑您的消息；旧版本会保留</translation>
    </message>
</context>
<context>
    <name>Chats</name>
    <message>
        <source>“{0}” deleted</source>
        <translation>已删除“{0}”</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Conversation copied</source>
        <translation>已复制整个对话</translation>
    </message>
    <message>
        <source>Export the chat</source>
        <translation>导出对话</translation>
    </message>
    <message>
        <source>Markdown (*.md)</source>
        <translation>Markdown (*.md)</translation>
    </message>
    <message>
        <source>JSON, with all branches (*.json)</source>
        <translation>JSON，含所有分支 (*.json)</translation>
    </message>
    <message>
        <source>Saved as {0}</source>
        <translation>已保存为 {0}</translation>
    </message>
    <message>
        <source>You</source>
        <translation>你</translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>Wrap long lines</source>
        <translation>长行自动换行</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy code</source>
        <translation>复制代码</translation>
    </message>
    <message>
        <source>text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Code, {language}</source>
        <translation>代码，{language}</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Stop editing</source>
        <translation>停止编辑</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>{0} of {1} tokens of context used</source>
        <translation>上下文已用 {0} / {1} 个 token</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
</context>
<context>
    <name>ConversationList</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>搜索对话</translation>
    </message>
    <message>
        <source>Nothing is called or says “{0}”.</source>
        <translation>没有标题或内容包含“{0}”的对话。</translation>
    </message>
    <message>
        <source>Your chats appear here</source>
        <translation>您的对话会显示在这里</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>清除搜索</translation>
    </message>
</context>
<context>
    <name>ConversationModel</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>This week</source>
        <translation>本周</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>更早</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Something went wrong</source>
        <translation>出错了</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>复制报告</translation>
    </message>
    <message>
        <source>Close the app</source>
        <translation>关闭应用</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续使用</translation>
    </message>
    <message>
        <source>Something went wrong in desk_llm</source>
        <translation>desk_llm 出错了</translation>
    </message>
    <message>
        <source>Your chats are saved. You can go on, but restarting is safer. This report stays on your computer unless you send it to somebody.</source>
        <translation>您的对话已保存。可以继续使用，但重新启动更稳妥。除非您自己发给别人，这份报告不会离开您的电脑。</translation>
    </message>
</context>
<context>
    <name>EngineSection</name>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Slots</source>
        <translation>槽位</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>Cached</source>
        <translation>缓存命中</translation>
    </message>
    <message>
        <source>{running} of {count} slots are busy</source>
        <translation>{count} 个槽位中有 {running} 个正忙</translation>
    </message>
    <message>
        <source>CPU only</source>
        <translation>仅 CPU</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>GPU, {layers}/{total} layers</source>
        <translation>GPU，{layers}/{total} 层</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find in this chat</source>
        <translation>在此对话中查找</translation>
    </message>
    <message>
        <source>Previous hit</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>Next hit</source>
        <translation>下一处</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>No hits</source>
        <translation>没有结果</translation>
    </message>
</context>
<context>
    <name>Footer</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>复制这条消息</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Edit this message</source>
        <translation>编辑这条消息</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Write this reply again</source>
        <translation>重新生成这条回复</translation>
    </message>
    <message>
        <source>Previous version</source>
        <translation>上一个版本</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>下一个版本</translation>
    </message>
    <message>
        <source>Version {index} of {count}</source>
        <translation>第 {index} 个版本，共 {count} 个</translation>
    </message>
    <message>
        <source>{n} tokens</source>
        <translation>{n} 个 token</translation>
    </message>
    <message>
        <source>{n} tok/s</source>
        <translation>{n} tok/s</translation>
    </message>
    <message>
        <source>{n} s to first token</source>
        <translation>首 token {n} 秒</translation>
    </message>
    <message>
        <source>{prompt} tokens read, {cached} of them from memory</source>
        <translation>读取 {prompt} 个 token，其中 {cached} 个来自缓存</translation>
    </message>
</context>
<context>
    <name>GpuSection</name>
    <message>
        <source>GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>VRAM</source>
        <translation>显存</translation>
    </message>
    <message>
        <source>This app</source>
        <translation>本应用</translation>
    </message>
    <message>
        <source>Power</source>
        <translation>功耗</translation>
    </message>
    <message>
        <source>Temp</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>{value} W</source>
        <translation>{value} W</translation>
    </message>
    <message>
        <source>{value} °C</source>
        <translation>{value} °C</translation>
    </message>
</context>
<context>
    <name>LinkDialog</name>
    <message>
        <source>Open this link?</source>
        <translation>打开这个链接？</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Open in browser</source>
        <translation>在浏览器中打开</translation>
    </message>
    <message>
        <source>It came from a reply. Check where it leads.</source>
        <translation>它来自一条回复。请确认它指向哪里。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Reply copied</source>
        <translation>已复制回复</translation>
    </message>
</context>
<context>
    <name>ModelButton</name>
    <message>
        <source>Model: {0}</source>
        <translation>模型：{0}</translation>
    </message>
</context>
<context>
    <name>ModelPicker</name>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>Search models</source>
        <translation>搜索模型</translation>
    </message>
    <message>
        <source>No model is called that</source>
        <translation>没有叫这个名字的模型</translation>
    </message>
    <message>
        <source>Loading {0} · {1} %</source>
        <translation>正在加载 {0} · {1}%</translation>
    </message>
    <message>
        <source>Open a GGUF file</source>
        <translation>打开 GGUF 文件</translation>
    </message>
    <message>
        <source>GGUF models (*.gguf);;All files (*)</source>
        <translation>GGUF 模型 (*.gguf);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Look for models again</source>
        <translation>重新查找模型</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>small built-in guide</source>
        <translation>内置小向导</translation>
    </message>
    <message>
        <source>{0} context</source>
        <translation>{0} 上下文</translation>
    </message>
</context>
<context>
    <name>ModelsHere</name>
    <message>
        <source>Open a GGUF file or put one into the models folder to start.</source>
        <translation>要开始，请打开一个 GGUF 文件，或把它放进模型文件夹。</translation>
    </message>
    <message>
        <source>{0} is a small built-in guide: it knows this app and simple things. Choose a bigger model above for real work.</source>
        <translation>{0} 是内置的小向导：它了解本应用和一些简单的事情。真正的工作请在上方选择更大的模型。</translation>
    </message>
    <message>
        <source>You are talking to {0}.</source>
        <translation>您正在与 {0} 对话。</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>{0} · {1} %</source>
        <translation>{0} · {1}%</translation>
    </message>
</context>
<context>
    <name>PlainBlock</name>
    <message>
        <source>Message text</source>
        <translation>消息文本</translation>
    </message>
</context>
<context>
    <name>ProseBlock</name>
    <message>
        <source>Reply text</source>
        <translation>回复文本</translation>
    </message>
</context>
<context>
    <name>Reply</name>
    <message>
        <source>Reply: {text}</source>
        <translation>回复：{text}</translation>
    </message>
    <message>
        <source>The reply failed.</source>
        <translation>回复失败。</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>The reply ended at its length limit.</source>
        <translation>回复达到长度上限而结束。</translation>
    </message>
</context>
<context>
    <name>RichText</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy link address</source>
        <translation>复制链接地址</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
</context>
<context>
    <name>SearchField</name>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
</context>
<context>
    <name>Section</name>
    <message>
        <source>{value} %</source>
        <translation>{value}%</translation>
    </message>
    <message>
        <source>{value} GB</source>
        <translation>{value} GB</translation>
    </message>
    <message>
        <source>{used} / {total} GB</source>
        <translation>{used} / {total} GB</translation>
    </message>
    <message>
        <source>{value}, {seconds} s ago</source>
        <translation>{value}，{seconds} 秒前</translation>
    </message>
</context>
<context>
    <name>SessionBinding</name>
    <message>
        <source>Loading {0} · {1} %</source>
        <translation>正在加载 {0} · {1}%</translation>
    </message>
    <message>
        <source>Waiting for another reply to finish</source>
        <translation>正在等待另一条回复完成</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>正在阅读</translation>
    </message>
    <message>
        <source>Reading · {0} %</source>
        <translation>正在阅读 · {0}%</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>正在撰写</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Replies</source>
        <translation>回复</translation>
    </message>
    <message>
        <source>Loading a model</source>
        <translation>加载模型</translation>
    </message>
    <message>
        <source>Model files</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>From the next load on.</source>
        <translation>下次加载时生效。</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>On</source>
        <translation>开</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>As many as fit</source>
        <translation>尽可能多</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>SpeedSection</name>
    <message>
        <source>Generation</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>首 token</translation>
    </message>
    <message>
        <source>{value} s</source>
        <translation>{value} 秒</translation>
    </message>
    <message>
        <source>{value} tok/s</source>
        <translation>{value} tok/s</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>{0} running</source>
        <translation>{0} 个运行中</translation>
    </message>
    <message>
        <source>{0} waiting</source>
        <translation>{0} 个等待中</translation>
    </message>
    <message>
        <source>Loading {0} · {1} %</source>
        <translation>正在加载 {0} · {1}%</translation>
    </message>
    <message>
        <source>{0}/{1} layers on GPU</source>
        <translation>{0}/{1} 层在 GPU 上</translation>
    </message>
    <message>
        <source>on the CPU</source>
        <translation>在 CPU 上</translation>
    </message>
    <message>
        <source>{0} loaded</source>
        <translation>已加载 {0}</translation>
    </message>
    <message>
        <source>ctx {0}</source>
        <translation>上下文 {0}</translation>
    </message>
    <message>
        <source>No model loaded</source>
        <translation>未加载模型</translation>
    </message>
</context>
<context>
    <name>SystemSection</name>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>This app</source>
        <translation>本应用</translation>
    </message>
</context>
<context>
    <name>TableBlock</name>
    <message>
        <source>Table, {rows} rows, {columns} columns</source>
        <translation>表格，{rows} 行，{columns} 列</translation>
    </message>
</context>
<context>
    <name>TelemetryPanel</name>
    <message>
        <source>Telemetry</source>
        <translation>性能监视</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>↓ Latest</source>
        <translation>↓ 最新</translation>
    </message>
    <message>
        <source>Go to the end of the conversation</source>
        <translation>跳到对话末尾</translation>
    </message>
</context>
<context>
    <name>UserMessage</name>
    <message>
        <source>You: {text}</source>
        <translation>你：{text}</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Ask anything; nothing leaves this computer.</source>
        <translation>想问什么都可以，内容不会离开这台电脑。</translation>
    </message>
    <message>
        <source>What can you do?</source>
        <translation>你能做什么？</translation>
    </message>
    <message>
        <source>How do I add a bigger model?</source>
        <translation>怎样添加更大的模型？</translation>
    </message>
    <message>
        <source>What is a token?</source>
        <translation>什么是 token？</translation>
    </message>
</context>
<context>
    <name>_Editor</name>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
</context>
<context>
    <name>_FolderInput</name>
    <message>
        <source>The app&apos;s own folder</source>
        <translation>应用自带的文件夹</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Models folder</source>
        <translation>模型文件夹</translation>
    </message>
</context>
<context>
    <name>_List</name>
    <message>
        <source>Chats</source>
        <translation>对话列表</translation>
    </message>
</context>
<context>
    <name>_ModelList</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
</context>
<context>
    <name>_RowDelegate</name>
    <message>
        <source>Title of the chat</source>
        <translation>对话标题</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>In a chat</source>
        <translation>对话中</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>搜索对话</translation>
    </message>
    <message>
        <source>Next chat</source>
        <translation>下一个对话</translation>
    </message>
    <message>
        <source>Previous chat</source>
        <translation>上一个对话</translation>
    </message>
    <message>
        <source>Rename chat</source>
        <translation>重命名对话</translation>
    </message>
    <message>
        <source>Delete chat</source>
        <translation>删除对话</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Copy last reply</source>
        <translation>复制最后一条回复</translation>
    </message>
    <message>
        <source>Find in chat</source>
        <translation>在对话中查找</translation>
    </message>
    <message>
        <source>Jump to latest</source>
        <translation>跳到最新</translation>
    </message>
    <message>
        <source>Copy conversation as Markdown</source>
        <translation>将对话复制为 Markdown</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Choose model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>Unload model</source>
        <translation>卸载模型</translation>
    </message>
    <message>
        <source>Open a GGUF file…</source>
        <translation>打开 GGUF 文件…</translation>
    </message>
    <message>
        <source>Open models folder</source>
        <translation>打开模型文件夹</translation>
    </message>
    <message>
        <source>Sidebar</source>
        <translation>侧边栏</translation>
    </message>
    <message>
        <source>Telemetry</source>
        <translation>性能监视</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Actual size</source>
        <translation>实际大小</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>About desk_llm</source>
        <translation>关于 desk_llm</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>换行</translation>
    </message>
    <message>
        <source>Edit last message (in an empty field)</source>
        <translation>编辑最后一条消息（输入框为空时）</translation>
    </message>
    <message>
        <source>Delete chat (in the list)</source>
        <translation>删除对话（在列表中）</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>{path} cannot be written: {reason}.</source>
        <translation>{path} 无法写入：{reason}。</translation>
    </message>
    <message>
        <source>Choose another place.</source>
        <translation>请选择其他位置。</translation>
    </message>
    <message>
        <source>The model could not be loaded.</source>
        <translation>模型无法加载。</translation>
    </message>
    <message>
        <source>The reply ended with an error.</source>
        <translation>回复因错误而结束。</translation>
    </message>
    <message>
        <source>There is no such chat.</source>
        <translation>没有这个对话。</translation>
    </message>
    <message>
        <source>Write a message first.</source>
        <translation>请先写一条消息。</translation>
    </message>
    <message>
        <source>This chat is still waiting for a reply.</source>
        <translation>此对话仍在等待回复。</translation>
    </message>
    <message>
        <source>Stop it, or wait until it is finished.</source>
        <translation>请停止它，或等待它完成。</translation>
    </message>
    <message>
        <source>This chat was deleted.</source>
        <translation>此对话已被删除。</translation>
    </message>
    <message>
        <source>Undo that, or start a new chat.</source>
        <translation>请撤销删除，或开始新对话。</translation>
    </message>
    <message>
        <source>No model is chosen.</source>
        <translation>没有选择模型。</translation>
    </message>
    <message>
        <source>Choose one first.</source>
        <translation>请先选择一个。</translation>
    </message>
    <message>
        <source>This message is not part of the chat.</source>
        <translation>这条消息不属于此对话。</translation>
    </message>
    <message>
        <source>This message cannot be asked again.</source>
        <translation>这条消息无法重新提问。</translation>
    </message>
    <message>
        <source>The conversation has {prompt_tokens} tokens, the context holds {n_ctx}.</source>
        <translation>对话有 {prompt_tokens} 个 token，上下文只能容纳 {n_ctx} 个。</translation>
    </message>
    <message>
        <source>Shorten the message, start a new chat, or raise the context length.</source>
        <translation>请缩短消息、开始新对话，或增大上下文长度。</translation>
    </message>
    <message>
        <source>The engine (llama.cpp) is not installed.</source>
        <translation>引擎（llama.cpp）未安装。</translation>
    </message>
    <message>
        <source>Run “python3 run.py” once to build it.</source>
        <translation>请运行一次“python3 run.py”来构建它。</translation>
    </message>
    <message>
        <source>The text is longer than {limit} MB.</source>
        <translation>文本超过 {limit} MB。</translation>
    </message>
    <message>
        <source>The model cannot read this text.</source>
        <translation>模型无法读取这段文本。</translation>
    </message>
    <message>
        <source>There is not enough memory to load {name}.</source>
        <translation>内存不足，无法加载 {name}。</translation>
    </message>
    <message>
        <source>Choose a smaller quant, fewer GPU layers or a shorter context.</source>
        <translation>请选择更小的量化版本、更少的 GPU 层数或更短的上下文。</translation>
    </message>
    <message>
        <source>The engine cannot load {name}.</source>
        <translation>引擎无法加载 {name}。</translation>
    </message>
    <message>
        <source>The file may be damaged or of a kind this engine does not know yet.</source>
        <translation>文件可能已损坏，或属于此引擎尚不支持的类型。</translation>
    </message>
    <message>
        <source>There is not enough memory for a context of {n_ctx} tokens.</source>
        <translation>内存不足，无法使用 {n_ctx} 个 token 的上下文。</translation>
    </message>
    <message>
        <source>Choose a shorter context or fewer GPU layers.</source>
        <translation>请选择更短的上下文或更少的 GPU 层数。</translation>
    </message>
    <message>
        <source>This model makes embeddings: it cannot chat.</source>
        <translation>这是嵌入模型，不能对话。</translation>
    </message>
    <message>
        <source>Choose a chat model.</source>
        <translation>请选择对话模型。</translation>
    </message>
    <message>
        <source>The engine refused a sampling setting.</source>
        <translation>引擎拒绝了一项采样设置。</translation>
    </message>
    <message>
        <source>The engine has stopped.</source>
        <translation>引擎已停止。</translation>
    </message>
    <message>
        <source>The model is not loaded.</source>
        <translation>模型未加载。</translation>
    </message>
    <message>
        <source>Choose a model first.</source>
        <translation>请先选择模型。</translation>
    </message>
    <message>
        <source>The engine met an unexpected problem.</source>
        <translation>引擎遇到意外问题。</translation>
    </message>
    <message>
        <source>Try again; the log has the details.</source>
        <translation>请重试；详情见日志。</translation>
    </message>
    <message>
        <source>The weights in {name} are damaged.</source>
        <translation>{name} 中的权重已损坏。</translation>
    </message>
    <message>
        <source>Download or convert the file again.</source>
        <translation>请重新下载或转换该文件。</translation>
    </message>
    <message>
        <source>The model was unloaded.</source>
        <translation>模型已被卸载。</translation>
    </message>
    <message>
        <source>Loading was cancelled.</source>
        <translation>加载已取消。</translation>
    </message>
    <message>
        <source>The engine failed while it computed.</source>
        <translation>引擎在计算时出错。</translation>
    </message>
    <message>
        <source>Try again; if it happens again, load the model anew.</source>
        <translation>请重试；如果再次发生，请重新加载模型。</translation>
    </message>
    <message>
        <source>The chat template of this model failed: {reason}.</source>
        <translation>该模型的对话模板出错：{reason}。</translation>
    </message>
    <message>
        <source>Choose another model, or a newer file of this one.</source>
        <translation>请选择其他模型，或该模型更新的文件。</translation>
    </message>
    <message>
        <source>Download it again.</source>
        <translation>请重新下载。</translation>
    </message>
    <message>
        <source>Choose a file in the GGUF format.</source>
        <translation>请选择 GGUF 格式的文件。</translation>
    </message>
    <message>
        <source>Look for a GGUF version of this model.</source>
        <translation>请查找该模型的 GGUF 版本。</translation>
    </message>
    <message>
        <source>“{file}” is a packed archive ({kind}), not a model.</source>
        <translation>“{file}”是压缩包（{kind}），不是模型。</translation>
    </message>
    <message>
        <source>Unpack it and choose the GGUF file inside.</source>
        <translation>请解压后选择其中的 GGUF 文件。</translation>
    </message>
    <message>
        <source>“{file}” is not a GGUF model.</source>
        <translation>“{file}”不是 GGUF 模型。</translation>
    </message>
    <message>
        <source>“{file}” is only a Git LFS pointer: the model itself is not there.</source>
        <translation>“{file}”只是 Git LFS 指针，模型本身不在这里。</translation>
    </message>
    <message>
        <source>Run “git lfs pull”, or download the file itself.</source>
        <translation>请运行“git lfs pull”，或直接下载该文件。</translation>
    </message>
    <message>
        <source>“{file}” is a web page, not a model.</source>
        <translation>“{file}”是网页，不是模型。</translation>
    </message>
    <message>
        <source>“{file}” is in the safetensors format, not GGUF.</source>
        <translation>“{file}”是 safetensors 格式，不是 GGUF。</translation>
    </message>
    <message>
        <source>“{file}” is in the old GGML format.</source>
        <translation>“{file}”是旧的 GGML 格式。</translation>
    </message>
    <message>
        <source>“{file}” begins with zeros: it was never finished.</source>
        <translation>“{file}”以零开头：它从未写完。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: “{key}” cannot be {value}.</source>
        <translation>“{file}”已损坏：“{key}”不能是 {value}。</translation>
    </message>
    <message>
        <source>“{file}” is the image part of a model, not a model by itself.</source>
        <translation>“{file}”是模型的图像部分，本身不是模型。</translation>
    </message>
    <message>
        <source>“{file}” is a LoRA adapter, not a model by itself.</source>
        <translation>“{file}”是 LoRA 适配器，本身不是模型。</translation>
    </message>
    <message>
        <source>“{file}” is no model: its type is “{kind}”.</source>
        <translation>“{file}”不是模型：其类型为“{kind}”。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: it does not name an architecture.</source>
        <translation>“{file}”已损坏：没有注明架构。</translation>
    </message>
    <message>
        <source>“{file}” makes embeddings: it cannot chat.</source>
        <translation>“{file}”是嵌入模型，不能对话。</translation>
    </message>
    <message>
        <source>“{file}” has no vocabulary: it cannot chat.</source>
        <translation>“{file}”没有词表，不能对话。</translation>
    </message>
    <message>
        <source>“{file}” is one of {count} parts, but its name does not say which.</source>
        <translation>“{file}”是 {count} 个部分之一，但文件名没有说明是哪一部分。</translation>
    </message>
    <message>
        <source>Give the parts their original names back.</source>
        <translation>请恢复各部分原来的文件名。</translation>
    </message>
    <message>
        <source>“{file}” is part {number} of {count} of a model.</source>
        <translation>“{file}”是模型的第 {number} 部分，共 {count} 部分。</translation>
    </message>
    <message>
        <source>Choose the first part.</source>
        <translation>请选择第一部分。</translation>
    </message>
    <message>
        <source>Part {number} of {count} of “{file}” is missing.</source>
        <translation>“{file}”共 {count} 部分，缺少第 {number} 部分。</translation>
    </message>
    <message>
        <source>Download the missing part into the same folder.</source>
        <translation>请把缺少的部分下载到同一文件夹。</translation>
    </message>
    <message>
        <source>“{file}” has no weights: it is only a vocabulary.</source>
        <translation>“{file}”没有权重，只有词表。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: {used} of {count} experts do not match its tensors.</source>
        <translation>“{file}”已损坏：{count} 个专家中使用 {used} 个，与其张量不符。</translation>
    </message>
    <message>
        <source>The model file “{file}” is gone.</source>
        <translation>模型文件“{file}”不见了。</translation>
    </message>
    <message>
        <source>Choose another model, or put the file back.</source>
        <translation>请选择其他模型，或把文件放回原处。</translation>
    </message>
    <message>
        <source>“{file}” is not a file.</source>
        <translation>“{file}”不是文件。</translation>
    </message>
    <message>
        <source>“{file}” cannot be read.</source>
        <translation>“{file}”无法读取。</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of the file.</source>
        <translation>请检查磁盘和文件权限。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: it claims {tensors} tensors and {keys} keys.</source>
        <translation>“{file}”已损坏：它声称有 {tensors} 个张量和 {keys} 个键。</translation>
    </message>
    <message>
        <source>“{file}” is empty.</source>
        <translation>“{file}”是空文件。</translation>
    </message>
    <message>
        <source>“{file}” was made for big-endian computers.</source>
        <translation>“{file}”是为大端序计算机制作的。</translation>
    </message>
    <message>
        <source>Look for the usual version of this model.</source>
        <translation>请查找该模型的常规版本。</translation>
    </message>
    <message>
        <source>“{file}” is in the first GGUF format, long outdated.</source>
        <translation>“{file}”是早已过时的第一版 GGUF 格式。</translation>
    </message>
    <message>
        <source>Look for a newer file of this model.</source>
        <translation>请查找该模型更新的文件。</translation>
    </message>
    <message>
        <source>“{file}” has GGUF version {version}; 2 and 3 are known.</source>
        <translation>“{file}”的 GGUF 版本为 {version}；仅支持版本 2 和 3。</translation>
    </message>
    <message>
        <source>Update this app, or download the file again.</source>
        <translation>请更新本应用，或重新下载该文件。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: it has “{key}” twice.</source>
        <translation>“{file}”已损坏：“{key}”出现了两次。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: a list claims {count} entries.</source>
        <translation>“{file}”已损坏：其中一个列表声称有 {count} 项。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: value type {kind} does not exist.</source>
        <translation>“{file}”已损坏：值类型 {kind} 不存在。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: its vocabulary has a word twice.</source>
        <translation>“{file}”已损坏：词表中有重复的词。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: its vocabulary lacks {count} of 256 bytes.</source>
        <translation>“{file}”已损坏：词表缺少 256 个字节中的 {count} 个。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: two tensors have one name.</source>
        <translation>“{file}”已损坏：两个张量同名。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: “{tensor}” has no possible shape.</source>
        <translation>“{file}”已损坏：“{tensor}”的形状不可能存在。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: an alignment of {value}.</source>
        <translation>“{file}”已损坏：对齐值为 {value}。</translation>
    </message>
    <message>
        <source>“{file}” is incomplete: only {percent} % of it is there.</source>
        <translation>“{file}”不完整：只有 {percent}%。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: a name in it is not readable text.</source>
        <translation>“{file}”已损坏：其中一个名称不是可读文本。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: its header is over {limit} MB.</source>
        <translation>“{file}”已损坏：文件头超过 {limit} MB。</translation>
    </message>
    <message>
        <source>“{file}” is incomplete: it ends inside its header.</source>
        <translation>“{file}”不完整：在文件头中就结束了。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: a text claims {length} bytes.</source>
        <translation>“{file}”已损坏：其中一段文本声称有 {length} 字节。</translation>
    </message>
    <message>
        <source>{name} has no chat template, so the conversation is sent as plain text.</source>
        <translation>{name} 没有对话模板，因此对话以纯文本发送。</translation>
    </message>
    <message>
        <source>It may be a base model that rambles; an “Instruct” file answers better.</source>
        <translation>它可能是会东拉西扯的基础模型；“Instruct”版的文件回答得更好。</translation>
    </message>
    <message>
        <source>Loading met an unexpected problem.</source>
        <translation>加载时遇到意外问题。</translation>
    </message>
    <message>
        <source>The context is {n_ctx} tokens: {wanted} do not fit.</source>
        <translation>上下文为 {n_ctx} 个 token，放不下 {wanted} 个。</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model.</source>
        <translation>请关闭其他程序，或选择更小的模型。</translation>
    </message>
    <message>
        <source>{model} needs {need} GB of memory, {free} GB are free.</source>
        <translation>{model} 需要 {need} GB 内存，目前可用 {free} GB。</translation>
    </message>
    <message>
        <source>It runs, but slowly: it is read from the disk again and again.</source>
        <translation>可以运行，但会很慢：需要反复从磁盘读取。</translation>
    </message>
    <message>
        <source>The folder “{folder}” cannot be read.</source>
        <translation>文件夹“{folder}”无法读取。</translation>
    </message>
    <message>
        <source>Check that it exists and that you may open it.</source>
        <translation>请确认它存在，并且您有权打开。</translation>
    </message>
    <message>
        <source>“{name}” can mean several models.</source>
        <translation>“{name}”可能指多个模型。</translation>
    </message>
    <message>
        <source>Choose one of: {models}.</source>
        <translation>请从中选择：{models}。</translation>
    </message>
    <message>
        <source>There is no model “{name}”.</source>
        <translation>没有名为“{name}”的模型。</translation>
    </message>
    <message>
        <source>Did you mean {models}?</source>
        <translation>您是不是要找 {models}？</translation>
    </message>
    <message>
        <source>Put a GGUF file into the model folder.</source>
        <translation>请把 GGUF 文件放进模型文件夹。</translation>
    </message>
    <message>
        <source>The data folder {folder} cannot be written.</source>
        <translation>数据文件夹 {folder} 无法写入。</translation>
    </message>
    <message>
        <source>Chats of this session are not kept. Check its permissions and free space.</source>
        <translation>本次会话的对话不会保留。请检查该文件夹的权限和剩余空间。</translation>
    </message>
    <message>
        <source>There is no setting named “{name}”.</source>
        <translation>没有名为“{name}”的设置。</translation>
    </message>
    <message>
        <source>“{value}” does not fit the setting “{name}”.</source>
        <translation>“{value}”不适用于设置“{name}”。</translation>
    </message>
    <message>
        <source>“{name}” can be {choices}, not “{value}”.</source>
        <translation>“{name}”可以是 {choices}，不能是“{value}”。</translation>
    </message>
    <message>
        <source>“{name}” can be {low} to {high}, not {value}.</source>
        <translation>“{name}”的范围是 {low} 到 {high}，不能是 {value}。</translation>
    </message>
    <message>
        <source>The settings cannot be read: {reason}.</source>
        <translation>设置无法读取：{reason}。</translation>
    </message>
    <message>
        <source>The app starts with its defaults.</source>
        <translation>应用以默认设置启动。</translation>
    </message>
    <message>
        <source>Some settings could not be read: {names}.</source>
        <translation>部分设置无法读取：{names}。</translation>
    </message>
    <message>
        <source>They are at their defaults now. The old file is kept as {kept}.</source>
        <translation>这些设置已恢复默认值。旧文件保留为 {kept}。</translation>
    </message>
    <message>
        <source>The app starts with its defaults. The damaged file is kept as {kept}.</source>
        <translation>应用以默认设置启动。损坏的文件保留为 {kept}。</translation>
    </message>
    <message>
        <source>The settings from before are used. The damaged file is kept as {kept}.</source>
        <translation>已使用之前的设置。损坏的文件保留为 {kept}。</translation>
    </message>
    <message>
        <source>The settings file is damaged.</source>
        <translation>设置文件已损坏。</translation>
    </message>
    <message>
        <source>The settings cannot be saved: {reason}.</source>
        <translation>设置无法保存：{reason}。</translation>
    </message>
    <message>
        <source>They hold until you close the app.</source>
        <translation>它们在您关闭应用之前有效。</translation>
    </message>
    <message>
        <source>Your chats were last used by a newer version of this app.</source>
        <translation>您的对话最近由本应用的更新版本使用过。</translation>
    </message>
    <message>
        <source>They are safe and untouched. Install the newer version to see them; until then this session will not be kept.</source>
        <translation>它们安然无恙，未被改动。请安装更新的版本来查看；在此之前，本次会话不会保留。</translation>
    </message>
    <message>
        <source>Your chats cannot be kept: {path} cannot be written.</source>
        <translation>无法保留您的对话：{path} 无法写入。</translation>
    </message>
    <message>
        <source>Check the folder. Until then this session will not be kept.</source>
        <translation>请检查该文件夹。在此之前，本次会话不会保留。</translation>
    </message>
    <message>
        <source>The app is closing; this is not saved.</source>
        <translation>应用正在关闭，此内容未保存。</translation>
    </message>
    <message>
        <source>The file with your chats is damaged. {n_conversations} chats with {n_messages} messages could be saved from it.</source>
        <translation>保存对话的文件已损坏。已从中救回 {n_conversations} 个对话，共 {n_messages} 条消息。</translation>
    </message>
    <message>
        <source>The file with your chats is damaged, and nothing in it can be read.</source>
        <translation>保存对话的文件已损坏，其中的内容都无法读取。</translation>
    </message>
    <message>
        <source>The damaged file is kept as {kept}.</source>
        <translation>损坏的文件保留为 {kept}。</translation>
    </message>
    <message>
        <source>Part of your chats cannot be read: the file is damaged.</source>
        <translation>部分对话无法读取：文件已损坏。</translation>
    </message>
    <message>
        <source>Start the app again: it saves what can be read.</source>
        <translation>请重新启动应用：它会保存能读取的内容。</translation>
    </message>
    <message>
        <source>The disk is full: your chats cannot be saved.</source>
        <translation>磁盘已满：无法保存您的对话。</translation>
    </message>
    <message>
        <source>Free some space; what is missing is saved then.</source>
        <translation>请腾出一些空间，届时会补存缺少的内容。</translation>
    </message>
    <message>
        <source>Your chats cannot be saved at the moment.</source>
        <translation>暂时无法保存您的对话。</translation>
    </message>
    <message>
        <source>The app tries again with the next message.</source>
        <translation>应用会在下一条消息时重试。</translation>
    </message>
    <message>
        <source>The window did not answer.</source>
        <translation>窗口没有响应。</translation>
    </message>
    <message>
        <source>The picture {path} could not be written.</source>
        <translation>图片 {path} 无法写入。</translation>
    </message>
    <message>
        <source>desk_llm is open already, but its window does not answer.</source>
        <translation>desk_llm 已经打开，但它的窗口没有响应。</translation>
    </message>
    <message>
        <source>Wait a moment, or end the other desk_llm and start again.</source>
        <translation>请稍等，或结束另一个 desk_llm 后再启动。</translation>
    </message>
    <message>
        <source>There is no model that can be used.</source>
        <translation>没有可用的模型。</translation>
    </message>
    <message>
        <source>Open a GGUF file or put one into the models folder.</source>
        <translation>请打开一个 GGUF 文件，或把它放进模型文件夹。</translation>
    </message>
</context>
<context>
    <name>settings</name>
    <message>
        <source>Like the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Size of all text, in percent.</source>
        <translation>所有文字的大小（百分比）。</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Show the sidebar</source>
        <translation>显示侧边栏</translation>
    </message>
    <message>
        <source>Show the telemetry panel</source>
        <translation>显示性能监视面板</translation>
    </message>
    <message>
        <source>Models folder</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>Empty: the app&apos;s own folder.</source>
        <translation>留空：使用应用自带的文件夹。</translation>
    </message>
    <message>
        <source>More model files</source>
        <translation>更多模型文件</translation>
    </message>
    <message>
        <source>Files outside the models folder, used where they are.</source>
        <translation>模型文件夹之外的文件，在原处使用。</translation>
    </message>
    <message>
        <source>Model for new chats</source>
        <translation>新对话使用的模型</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>上下文长度</translation>
    </message>
    <message>
        <source>Tokens a conversation may have. More needs more memory.</source>
        <translation>一次对话可用的 token 数。越多需要的内存越多。</translation>
    </message>
    <message>
        <source>GPU layers</source>
        <translation>GPU 层数</translation>
    </message>
    <message>
        <source>-1: as many as fit. 0: the CPU alone.</source>
        <translation>-1：尽可能多。0：仅用 CPU。</translation>
    </message>
    <message>
        <source>Parallel replies</source>
        <translation>并行回复</translation>
    </message>
    <message>
        <source>Replies made at the same time; they share the context.</source>
        <translation>同时生成的回复数；它们共享上下文。</translation>
    </message>
    <message>
        <source>CPU threads</source>
        <translation>CPU 线程数</translation>
    </message>
    <message>
        <source>Flash attention</source>
        <translation>Flash attention</translation>
    </message>
    <message>
        <source>Faster with long contexts where the device has it.</source>
        <translation>设备支持时，长上下文更快。</translation>
    </message>
    <message>
        <source>Map the file into memory</source>
        <translation>将文件映射到内存</translation>
    </message>
    <message>
        <source>Loads faster. Switch off for removable or network disks.</source>
        <translation>加载更快。使用移动磁盘或网络磁盘时请关闭。</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>0: always the likeliest word. Higher: more varied. Automatic: what the model&apos;s makers recommend, else 0.7.</source>
        <translation>0：总是选最可能的词。越高越多样。自动：采用模型作者推荐的值，没有则为 0.7。</translation>
    </message>
    <message>
        <source>Top K</source>
        <translation>Top K</translation>
    </message>
    <message>
        <source>Choose among this many tokens. 0: all.</source>
        <translation>在这么多个 token 中选择。0：全部。</translation>
    </message>
    <message>
        <source>Top P</source>
        <translation>Top P</translation>
    </message>
    <message>
        <source>Choose among the likeliest tokens that make up this share.</source>
        <translation>在累计概率达到此比例的最可能 token 中选择。</translation>
    </message>
    <message>
        <source>Min P</source>
        <translation>Min P</translation>
    </message>
    <message>
        <source>Leave out tokens less likely than this share of the likeliest.</source>
        <translation>舍弃概率低于最可能 token 的此比例的 token。</translation>
    </message>
    <message>
        <source>Repeat penalty</source>
        <translation>重复惩罚</translation>
    </message>
    <message>
        <source>1: none. Higher: fewer repetitions.</source>
        <translation>1：无惩罚。越高重复越少。</translation>
    </message>
    <message>
        <source>Longest reply</source>
        <translation>最长回复</translation>
    </message>
    <message>
        <source>In tokens.</source>
        <translation>以 token 计。</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>Said to the model before every conversation.</source>
        <translation>在每次对话之前告诉模型的话。</translation>
    </message>
</context>
</TS>

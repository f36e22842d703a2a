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
    <name>Activity</name>
    <message>
        <source>Waits for its turn</source>
        <translation>等待轮到它</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>Tries again</source>
        <translation>稍后重试</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>正在校验</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Tries again in {0}</source>
        <translation>{0}后重试</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>剩余 {0}</translation>
    </message>
</context>
<context>
    <name>ActivityPage</name>
    <message>
        <source>Nothing is being downloaded</source>
        <translation>没有正在进行的下载</translation>
    </message>
    <message>
        <source>What you download is checked, can be paused, and goes on after a restart.</source>
        <translation>下载的内容会经过校验，可以暂停，重启后继续。</translation>
    </message>
    <message>
        <source>Discover models</source>
        <translation>发现模型</translation>
    </message>
    <message>
        <source>Pause all</source>
        <translation>全部暂停</translation>
    </message>
    <message>
        <source>Resume all</source>
        <translation>全部继续</translation>
    </message>
    <message>
        <source>Forget finished</source>
        <translation>清除已完成</translation>
    </message>
</context>
<context>
    <name>ActivityStrip</name>
    <message>
        <source>Show all downloads</source>
        <translation>显示全部下载</translation>
    </message>
    <message>
        <source>{0} more</source>
        <translation>还有 {0} 个</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
</context>
<context>
    <name>AdapterList</name>
    <message>
        <source>Add…</source>
        <translation>添加…</translation>
    </message>
    <message>
        <source>Add a LoRA adapter</source>
        <translation>添加 LoRA 适配器</translation>
    </message>
    <message>
        <source>LoRA adapters</source>
        <translation>LoRA 适配器</translation>
    </message>
    <message>
        <source>Small files that change what the model says.</source>
        <translation>改变模型说话方式的小文件。</translation>
    </message>
</context>
<context>
    <name>AdapterRow</name>
    <message>
        <source>Scale of {0}</source>
        <translation>{0} 的强度</translation>
    </message>
    <message>
        <source>Leave out {0}</source>
        <translation>不使用 {0}</translation>
    </message>
</context>
<context>
    <name>AfterCrash</name>
    <message>
        <source>Load it again</source>
        <translation>再次加载</translation>
    </message>
</context>
<context>
    <name>Asking</name>
    <message>
        <source>Open a GGUF file</source>
        <translation>打开 GGUF 文件</translation>
    </message>
    <message>
        <source>GGUF models (*.gguf);;All files (*)</source>
        <translation>GGUF 模型 (*.gguf);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Add a folder with models</source>
        <translation>添加含有模型的文件夹</translation>
    </message>
    <message>
        <source>Import a Modelfile</source>
        <translation>导入 Modelfile</translation>
    </message>
    <message>
        <source>Modelfiles (*)</source>
        <translation>Modelfile (*)</translation>
    </message>
    <message>
        <source>Preset of “{0}” imported</source>
        <translation>已导入“{0}”的预设</translation>
    </message>
    <message>
        <source>Preset of “{0}” imported, without {1}</source>
        <translation>已导入“{0}”的预设，但不含 {1}</translation>
    </message>
    <message>
        <source>Export a Modelfile</source>
        <translation>导出 Modelfile</translation>
    </message>
    <message>
        <source>Exported: {0}</source>
        <translation>已导出：{0}</translation>
    </message>
    <message>
        <source>The models are in {0} now</source>
        <translation>模型现在位于 {0}</translation>
    </message>
    <message>
        <source>Comparing files…</source>
        <translation>正在比较文件…</translation>
    </message>
    <message>
        <source>No model is on this disk twice</source>
        <translation>磁盘上没有重复的模型</translation>
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
    <name>BenchmarkWindow</name>
    <message>
        <source>Benchmark – desk_llm</source>
        <translation>基准测试 – desk_llm</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Earlier runs</source>
        <translation>以往的测试</translation>
    </message>
    <message>
        <source>Nothing measured yet</source>
        <translation>还没有测量结果</translation>
    </message>
    <message>
        <source>Choose the tests at the left; their results are kept and can be compared.</source>
        <translation>请在左侧选择测试；结果会保留，并可相互比较。</translation>
    </message>
    <message>
        <source>They appear here.</source>
        <translation>它们会显示在这里。</translation>
    </message>
    <message>
        <source>Run deleted</source>
        <translation>已删除该结果</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Copied as Markdown</source>
        <translation>已复制为 Markdown</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Exported: {0}</source>
        <translation>已导出：{0}</translation>
    </message>
</context>
<context>
    <name>ByName</name>
    <message>
        <source>Asking for {0}…</source>
        <translation>正在查询 {0}…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Network settings…</source>
        <translation>网络设置…</translation>
    </message>
    <message>
        <source>Files: {0}</source>
        <translation>文件：{0}</translation>
    </message>
</context>
<context>
    <name>CardSection</name>
    <message>
        <source>Show images</source>
        <translation>显示图片</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>模型卡片</translation>
    </message>
    <message>
        <source>Reading the card…</source>
        <translation>正在读取模型卡片…</translation>
    </message>
    <message>
        <source>There is no model card.</source>
        <translation>没有模型卡片。</translation>
    </message>
    <message>
        <source>The card could not be read: {0}</source>
        <translation>无法读取模型卡片：{0}</translation>
    </message>
    <message>
        <source>Show images ({0})</source>
        <translation>显示图片（{0}）</translation>
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
    <name>ContextRow</name>
    <message>
        <source>Context length</source>
        <translation>上下文长度</translation>
    </message>
    <message>
        <source>Context length in tokens</source>
        <translation>上下文长度（词元数）</translation>
    </message>
    <message>
        <source>trained with {0}</source>
        <translation>训练长度 {0}</translation>
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
    <name>CurveSection</name>
    <message>
        <source>Speed over context</source>
        <translation>速度与上下文长度</translation>
    </message>
    <message>
        <source>Appears with the first reply of this model</source>
        <translation>该模型完成首次回复后显示</translation>
    </message>
    <message>
        <source>Best reply</source>
        <translation>最快回复</translation>
    </message>
    <message>
        <source>Median reply</source>
        <translation>回复中位数</translation>
    </message>
    <message>
        <source>{rate} at {n} tokens</source>
        <translation>{n} 个 token 时 {rate}</translation>
    </message>
    <message>
        <source>{text}, loaded otherwise</source>
        <translation>{text}（加载方式不同）</translation>
    </message>
</context>
<context>
    <name>DeviceBar</name>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>Buffers</source>
        <translation>缓冲区</translation>
    </message>
    <message>
        <source>Companions</source>
        <translation>附加文件</translation>
    </message>
    <message>
        <source>Others</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>short of {0}</source>
        <translation>还差 {0}</translation>
    </message>
    <message>
        <source>{0} free</source>
        <translation>剩余 {0}</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
</context>
<context>
    <name>Discover</name>
    <message>
        <source>recommended</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>needs {0} in all</source>
        <translation>共需要 {0}</translation>
    </message>
    <message>
        <source>needs {0}, {1} are free</source>
        <translation>需要 {0}，可用 {1}</translation>
    </message>
    <message>
        <source>needs {0}</source>
        <translation>需要 {0}</translation>
    </message>
    <message>
        <source>weights {0}</source>
        <translation>权重 {0}</translation>
    </message>
    <message>
        <source>context {0}</source>
        <translation>上下文 {0}</translation>
    </message>
    <message>
        <source>buffers {0}</source>
        <translation>缓冲区 {0}</translation>
    </message>
    <message>
        <source>{0}, with a context of {1}</source>
        <translation>{0}，上下文长度 {1}</translation>
    </message>
    <message>
        <source>By formula: {0}.</source>
        <translation>按公式计算：{0}。</translation>
    </message>
    <message>
        <source>Reserved by llama.cpp: {0}.</source>
        <translation>llama.cpp 实际预留：{0}。</translation>
    </message>
    <message>
        <source>{0} context</source>
        <translation>{0} 上下文</translation>
    </message>
    <message>
        <source>updated today</source>
        <translation>今天更新</translation>
    </message>
    <message>
        <source>updated {0} days ago</source>
        <translation>{0} 天前更新</translation>
    </message>
    <message>
        <source>updated {0} months ago</source>
        <translation>{0} 个月前更新</translation>
    </message>
    <message>
        <source>updated {0} years ago</source>
        <translation>{0} 年前更新</translation>
    </message>
    <message>
        <source>asks for permission</source>
        <translation>需要授权</translation>
    </message>
</context>
<context>
    <name>DiscoverPage</name>
    <message>
        <source>Show more</source>
        <translation>显示更多</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在搜索…</translation>
    </message>
    <message>
        <source>The first {0} models</source>
        <translation>前 {0} 个模型</translation>
    </message>
    <message>
        <source>{0} models</source>
        <translation>{0} 个模型</translation>
    </message>
    <message>
        <source>1 model</source>
        <translation>1 个模型</translation>
    </message>
    <message>
        <source>GGUF repositories, in the order of the server.</source>
        <translation>GGUF 仓库，按服务器的顺序排列。</translation>
    </message>
    <message>
        <source>No GGUF repository matches “{0}” with this author and size.</source>
        <translation>没有符合“{0}”以及所选作者和大小的 GGUF 仓库。</translation>
    </message>
    <message>
        <source>No GGUF repository matches “{0}”.</source>
        <translation>没有符合“{0}”的 GGUF 仓库。</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>清除搜索</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Network settings…</source>
        <translation>网络设置…</translation>
    </message>
    <message>
        <source>Good on this machine</source>
        <translation>适合这台电脑</translation>
    </message>
    <message>
        <source>Chosen by hand on {0}, judged for the memory that is free now. Nothing is asked of the internet before you search or open one.</source>
        <translation>人工挑选于 {0}，并按当前可用内存评估。在你搜索或打开某个模型之前，不会访问互联网。</translation>
    </message>
</context>
<context>
    <name>DownloadRow</name>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>提前</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>延后</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>立即重试</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>DownloadRows</name>
    <message>
        <source>Finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Show {0} older ones</source>
        <translation>显示更早的 {0} 个</translation>
    </message>
</context>
<context>
    <name>DraftChoice</name>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Draft model</source>
        <translation>草稿模型</translation>
    </message>
</context>
<context>
    <name>Dropping</name>
    <message>
        <source>Drop models here</source>
        <translation>把模型拖放到这里</translation>
    </message>
    <message>
        <source>GGUF files and folders are used where they are.</source>
        <translation>GGUF 文件和文件夹会在原处使用。</translation>
    </message>
</context>
<context>
    <name>DuplicatesDialog</name>
    <message>
        <source>Duplicates</source>
        <translation>重复文件</translation>
    </message>
    <message>
        <source>Models with the same content</source>
        <translation>内容相同的模型</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>移到回收站</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{0} are on this disk more than once; the copies take {1}.</source>
        <translation>磁盘上有 {0}存在重复，副本占用 {1}。</translation>
    </message>
    <message>
        <source>{0} models</source>
        <translation>{0} 个模型</translation>
    </message>
    <message>
        <source>{0} is on this disk more than once; the copies take {1}.</source>
        <translation>磁盘上有 {0}存在重复，副本占用 {1}。</translation>
    </message>
    <message>
        <source>1 model</source>
        <translation>1 个模型</translation>
    </message>
</context>
<context>
    <name>EndpointRow</name>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Test {0}</source>
        <translation>测试 {0}</translation>
    </message>
    <message>
        <source>Remove {0}</source>
        <translation>移除 {0}</translation>
    </message>
</context>
<context>
    <name>EndpointTest</name>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Address of a file</source>
        <translation>文件地址</translation>
    </message>
    <message>
        <source>First bytes of it</source>
        <translation>文件开头的字节</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>正在测试…</translation>
    </message>
    <message>
        <source>Models can be found and downloaded there.</source>
        <translation>可以在那里查找和下载模型。</translation>
    </message>
    <message>
        <source>{0} is blocked or does not answer as it should.</source>
        <translation>{0} 被屏蔽，或没有正常响应。</translation>
    </message>
    <message>
        <source>works</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>fails</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
    </message>
</context>
<context>
    <name>Endpoints</name>
    <message>
        <source>https://another.server</source>
        <translation>https://another.server</translation>
    </message>
    <message>
        <source>Address of another server</source>
        <translation>其他服务器的地址</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
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
        <source>Context</source>
        <translation>上下文</translation>
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
    <name>Extras</name>
    <message>
        <source>Images and audio</source>
        <translation>图像和音频</translation>
    </message>
    <message>
        <source>The projector that lets the model see or hear.</source>
        <translation>让模型能看或能听的投影模型。</translation>
    </message>
    <message>
        <source>Draft model</source>
        <translation>草稿模型</translation>
    </message>
    <message>
        <source>A small model that guesses ahead: more tokens a second.</source>
        <translation>提前猜测的小模型：每秒生成更多 token。</translation>
    </message>
    <message>
        <source>Without</source>
        <translation>不使用</translation>
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
    <name>FoldersDialog</name>
    <message>
        <source>Where models are looked for</source>
        <translation>在哪里查找模型</translation>
    </message>
    <message>
        <source>Show models of other apps</source>
        <translation>显示其他应用的模型</translation>
    </message>
    <message>
        <source>Those of the Hugging Face cache, llama.cpp, LM Studio and Ollama are used where they are, and never changed.</source>
        <translation>Hugging Face 缓存、llama.cpp、LM Studio 和 Ollama 的模型会在原处使用，绝不改动。</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Models folder</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>Your folders</source>
        <translation>您的文件夹</translation>
    </message>
    <message>
        <source>Single files</source>
        <translation>单个文件</translation>
    </message>
    <message>
        <source>Take {0} from the list</source>
        <translation>从列表中移除 {0}</translation>
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
    <name>FoundCard</name>
    <message>
        <source>I already have models</source>
        <translation>我已经有模型</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>All of them…</source>
        <translation>全部…</translation>
    </message>
    <message>
        <source>Use {0}</source>
        <translation>使用 {0}</translation>
    </message>
    <message>
        <source>{0} found on this disk, {1} together. They stay where they are.</source>
        <translation>在磁盘上找到 {0} 个，共 {1}。它们会留在原处。</translation>
    </message>
    <message>
        <source>Ollama, LM Studio, llama.cpp and Hugging Face keep none here. Choose a GGUF file; it stays where it is.</source>
        <translation>没有找到 Ollama、LM Studio、llama.cpp 或 Hugging Face 的模型。请选择一个 GGUF 文件；它会留在原处。</translation>
    </message>
</context>
<context>
    <name>GateNotice</name>
    <message>
        <source>Open its page, log in and accept the terms. Then enter a token of your account here, and try again.</source>
        <translation>请打开其网页，登录并接受条款，然后在这里输入你账号的访问令牌并重试。</translation>
    </message>
    <message>
        <source>Open its page</source>
        <translation>打开其网页</translation>
    </message>
    <message>
        <source>Enter a token…</source>
        <translation>输入访问令牌…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>This model asks for permission</source>
        <translation>这个模型需要授权</translation>
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
    <name>LaterCard</name>
    <message>
        <source>Later</source>
        <translation>延后</translation>
    </message>
    <message>
        <source>The small built-in guide answers at once; other models are always at the top.</source>
        <translation>小型内置向导可以立即回答；其他模型随时可在顶部选择。</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不选择</translation>
    </message>
</context>
<context>
    <name>LibraryBar</name>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Filter models</source>
        <translation>筛选模型</translation>
    </message>
    <message>
        <source>Ability</source>
        <translation>能力</translation>
    </message>
    <message>
        <source>Where the files are</source>
        <translation>文件所在位置</translation>
    </message>
    <message>
        <source>Every ability</source>
        <translation>全部能力</translation>
    </message>
    <message>
        <source>Every place</source>
        <translation>全部位置</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Open a GGUF file…</source>
        <translation>打开 GGUF 文件…</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Import a Modelfile…</source>
        <translation>导入 Modelfile…</translation>
    </message>
    <message>
        <source>Find models on the Hub</source>
        <translation>在 Hub 上查找模型</translation>
    </message>
    <message>
        <source>Look for models again</source>
        <translation>重新查找模型</translation>
    </message>
    <message>
        <source>Find duplicates…</source>
        <translation>查找重复文件…</translation>
    </message>
    <message>
        <source>Open models folder</source>
        <translation>打开模型文件夹</translation>
    </message>
    <message>
        <source>Move the models folder…</source>
        <translation>移动模型文件夹…</translation>
    </message>
    <message>
        <source>Folders that are looked at…</source>
        <translation>查找模型的文件夹…</translation>
    </message>
</context>
<context>
    <name>LibraryDeeds</name>
    <message>
        <source>“{0}” removed</source>
        <translation>已移除“{0}”</translation>
    </message>
    <message>
        <source>“{0}” moved to the trash</source>
        <translation>已将“{0}”移到回收站</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>LibraryDelegate</name>
    <message>
        <source>Name of the model</source>
        <translation>模型名称</translation>
    </message>
    <message>
        <source>The file&apos;s own name</source>
        <translation>文件自带的名称</translation>
    </message>
</context>
<context>
    <name>LibraryModel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Params</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Quant</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适配</translation>
    </message>
</context>
<context>
    <name>LibraryPage</name>
    <message>
        <source>No models yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>Find one that fits this machine, or add a folder with GGUF files.</source>
        <translation>查找适合这台电脑的模型，或添加含有 GGUF 文件的文件夹。</translation>
    </message>
    <message>
        <source>Discover models</source>
        <translation>发现模型</translation>
    </message>
    <message>
        <source>No model is like that</source>
        <translation>没有符合条件的模型</translation>
    </message>
    <message>
        <source>Show all models</source>
        <translation>显示全部模型</translation>
    </message>
    <message>
        <source>Only the built-in guide is here</source>
        <translation>目前只有内置的小向导</translation>
    </message>
    <message>
        <source>Find a model that fits this machine, or add a folder with GGUF files.</source>
        <translation>查找适合这台电脑的模型，或添加含有 GGUF 文件的文件夹。</translation>
    </message>
    <message>
        <source>Nothing here is called “{0}”.</source>
        <translation>这里没有名为“{0}”的模型。</translation>
    </message>
    <message>
        <source>Path copied</source>
        <translation>路径已复制</translation>
    </message>
</context>
<context>
    <name>LibraryTable</name>
    <message>
        <source>My models</source>
        <translation>我的模型</translation>
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
    <name>LoadDialog</name>
    <message>
        <source>Load {0}</source>
        <translation>加载 {0}</translation>
    </message>
</context>
<context>
    <name>LoadForm</name>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Draft model</source>
        <translation>草稿模型</translation>
    </message>
    <message>
        <source>A smaller model guesses what comes next: faster, and never another text.</source>
        <translation>由较小的模型先猜后文：速度更快，文字绝不会因此不同。</translation>
    </message>
</context>
<context>
    <name>LoadPanel</name>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Automatic ({0})</source>
        <translation>自动（{0}）</translation>
    </message>
    <message>
        <source>on</source>
        <translation>开</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关</translation>
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
        <source>It is writing a reply. Its next load will be like this.</source>
        <translation>它正在写回复。下次加载将采用这些设置。</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Save as default</source>
        <translation>存为默认</translation>
    </message>
    <message>
        <source>This model is loaded like this from now on.</source>
        <translation>此模型今后都按此方式加载。</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Everything automatic again; what was saved is removed.</source>
        <translation>全部恢复自动；已保存的设置会被删除。</translation>
    </message>
    <message>
        <source>Load anyway</source>
        <translation>仍然加载</translation>
    </message>
</context>
<context>
    <name>LoadedModels</name>
    <message>
        <source>In memory</source>
        <translation>已在内存中</translation>
    </message>
    <message>
        <source>Unload {0}</source>
        <translation>卸载 {0}</translation>
    </message>
    <message>
        <source>RAM</source>
        <translation>内存</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Reply copied</source>
        <translation>已复制回复</translation>
    </message>
    <message>
        <source>“{0}” is here</source>
        <translation>“{0}”已下载完成</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
</context>
<context>
    <name>MemoryBar</name>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV 缓存</translation>
    </message>
    <message>
        <source>Buffers</source>
        <translation>缓冲区</translation>
    </message>
    <message>
        <source>App</source>
        <translation>本应用</translation>
    </message>
    <message>
        <source>Others</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
</context>
<context>
    <name>MemoryView</name>
    <message>
        <source>Memory (RAM)</source>
        <translation>内存（RAM）</translation>
    </message>
</context>
<context>
    <name>MetadataDialog</name>
    <message>
        <source>Metadata of {0}</source>
        <translation>{0} 的元数据</translation>
    </message>
    <message>
        <source>Search keys and values</source>
        <translation>搜索键和值</translation>
    </message>
    <message>
        <source>Search metadata</source>
        <translation>搜索元数据</translation>
    </message>
    <message>
        <source>The whole value</source>
        <translation>完整的值</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Copy the rows that are shown</source>
        <translation>复制显示的各行</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>元数据</translation>
    </message>
    <message>
        <source>{0} entries</source>
        <translation>{0} 项</translation>
    </message>
</context>
<context>
    <name>MetadataModel</name>
    <message>
        <source>Key</source>
        <translation>键</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
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
    <name>ModelDetails</name>
    <message>
        <source>Details of the model</source>
        <translation>模型详情</translation>
    </message>
    <message>
        <source>What can be done with this model</source>
        <translation>可对该模型执行的操作</translation>
    </message>
    <message>
        <source>No model chosen</source>
        <translation>未选择模型</translation>
    </message>
    <message>
        <source>Unload</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>How it replies…</source>
        <translation>回复方式…</translation>
    </message>
    <message>
        <source>Show all metadata…</source>
        <translation>显示全部元数据…</translation>
    </message>
    <message>
        <source>Show its repository</source>
        <translation>显示所在仓库</translation>
    </message>
    <message>
        <source>Copy the path</source>
        <translation>复制路径</translation>
    </message>
    <message>
        <source>Open its folder</source>
        <translation>打开所在文件夹</translation>
    </message>
    <message>
        <source>Export a Modelfile…</source>
        <translation>导出 Modelfile…</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>移到回收站</translation>
    </message>
</context>
<context>
    <name>ModelFacts</name>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Belongs to</source>
        <translation>归属</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Projector</source>
        <translation>投影器</translation>
    </message>
    <message>
        <source>Drafts</source>
        <translation>草稿模型</translation>
    </message>
    <message>
        <source>Same content</source>
        <translation>相同内容</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Quant</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>{0} tokens</source>
        <translation>{0} 个 token</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>架构</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层数</translation>
    </message>
    <message>
        <source>{0}, of which {1} work on a token</source>
        <translation>{0} 个，每个 token 使用 {1} 个</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>专家</translation>
    </message>
    <message>
        <source>{0} in {1} files</source>
        <translation>{0}，共 {1} 个文件</translation>
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
        <source>Waiting until {0} has finished its reply</source>
        <translation>正在等待 {0} 完成回复</translation>
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
        <source>Load the marked model with other settings</source>
        <translation>以其他设置加载选中的模型</translation>
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
    <name>Models</name>
    <message>
        <source>loaded</source>
        <translation>已加载</translation>
    </message>
    <message>
        <source>GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>GPU + CPU</source>
        <translation>GPU + CPU</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>too large</source>
        <translation>太大</translation>
    </message>
    <message>
        <source>It fits into the GPU&apos;s memory.</source>
        <translation>显存放得下。</translation>
    </message>
    <message>
        <source>Part of it fits into the GPU&apos;s memory, the rest runs on the CPU.</source>
        <translation>一部分放入显存，其余在 CPU 上运行。</translation>
    </message>
    <message>
        <source>It runs on the CPU.</source>
        <translation>在 CPU 上运行。</translation>
    </message>
    <message>
        <source>It needs more memory than is free now.</source>
        <translation>所需内存超过当前可用内存。</translation>
    </message>
    <message>
        <source>chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>thinking</source>
        <translation>思考</translation>
    </message>
    <message>
        <source>vision</source>
        <translation>视觉</translation>
    </message>
    <message>
        <source>audio</source>
        <translation>音频</translation>
    </message>
    <message>
        <source>embedding</source>
        <translation>嵌入</translation>
    </message>
    <message>
        <source>reranking</source>
        <translation>重排序</translation>
    </message>
    <message>
        <source>Built in</source>
        <translation>内置</translation>
    </message>
    <message>
        <source>Models folder</source>
        <translation>模型文件夹</translation>
    </message>
    <message>
        <source>Your folders</source>
        <translation>您的文件夹</translation>
    </message>
    <message>
        <source>Single files</source>
        <translation>单个文件</translation>
    </message>
    <message>
        <source>Hugging Face cache</source>
        <translation>Hugging Face 缓存</translation>
    </message>
    <message>
        <source>llama.cpp</source>
        <translation>llama.cpp</translation>
    </message>
    <message>
        <source>LM Studio</source>
        <translation>LM Studio</translation>
    </message>
    <message>
        <source>Ollama</source>
        <translation>Ollama</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} 分钟</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} 小时 {1} 分钟</translation>
    </message>
    <message>
        <source>{0} days</source>
        <translation>{0} 天</translation>
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
    <name>ModelsWindow</name>
    <message>
        <source>Models – desk_llm</source>
        <translation>模型 – desk_llm</translation>
    </message>
    <message>
        <source>My models</source>
        <translation>我的模型</translation>
    </message>
    <message>
        <source>Discover</source>
        <translation>发现</translation>
    </message>
    <message>
        <source>Activity</source>
        <translation>活动</translation>
    </message>
    <message>
        <source>Activity {0}</source>
        <translation>活动 {0}</translation>
    </message>
    <message>
        <source>“{0}” is here</source>
        <translation>“{0}”已下载完成</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Download of “{0}” cancelled</source>
        <translation>已取消下载“{0}”</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>MoveDialog</name>
    <message>
        <source>Move the models folder</source>
        <translation>移动模型文件夹</translation>
    </message>
    <message>
        <source>not chosen yet</source>
        <translation>尚未选择</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>移动</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Moving the models</source>
        <translation>正在移动模型</translation>
    </message>
    <message>
        <source>Everything in it is moved and found again. When it is cancelled or fails, everything is where it was.</source>
        <translation>其中的所有内容都会移动过去，并可继续使用。如果取消或失败，一切保持原样。</translation>
    </message>
    <message>
        <source>From</source>
        <translation>从</translation>
    </message>
    <message>
        <source>To</source>
        <translation>到</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>剩余 {0}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancelled. Everything is where it was.</source>
        <translation>已取消。一切保持原样。</translation>
    </message>
    <message>
        <source>The new models folder</source>
        <translation>新的模型文件夹</translation>
    </message>
</context>
<context>
    <name>NetworkPage</name>
    <message>
        <source>Model server</source>
        <translation>模型服务器</translation>
    </message>
    <message>
        <source>Where models are looked for. A test tries the search, the address of a file and its first bytes, and names the host that is blocked.</source>
        <translation>在哪里查找模型。测试会依次尝试搜索、文件地址和文件开头的字节，并指出被屏蔽的主机。</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>访问令牌</translation>
    </message>
    <message>
        <source>Only models that ask for permission need one. You make it on the pages of your account, with the right to read.</source>
        <translation>只有需要授权的模型才用得到。请在你的账号页面创建一个具有读取权限的访问令牌。</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>连接</translation>
    </message>
</context>
<context>
    <name>Outcome</name>
    <message>
        <source>predicted {0}, took {1} ({2} %)</source>
        <translation>预测 {0}，实际 {1}（{2} %）</translation>
    </message>
    <message>
        <source>Earlier loads:</source>
        <translation>以往的加载：</translation>
    </message>
    <message>
        <source>needs {0}</source>
        <translation>需要 {0}</translation>
    </message>
    <message>
        <source>{0} measured</source>
        <translation>实测 {0}</translation>
    </message>
    <message>
        <source>first word {0} s after a prompt of {1} tokens</source>
        <translation>读完 {1} 个词元的提示后约 {0} 秒出首字</translation>
    </message>
    <message>
        <source>As measured when it was loaded like this before.</source>
        <translation>此前以同样方式加载时的实测值。</translation>
    </message>
    <message>
        <source>Simulated with the engine itself.</source>
        <translation>由引擎本身模拟得出。</translation>
    </message>
    <message>
        <source>Estimated from the header of the file.</source>
        <translation>根据文件头估算。</translation>
    </message>
    <message>
        <source>Estimated; the engine is being asked…</source>
        <translation>估算值；正在询问引擎…</translation>
    </message>
</context>
<context>
    <name>PanelFeed</name>
    <message>
        <source>Changed: {setting}</source>
        <translation>已更改：{setting}</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>PictureBlock</name>
    <message>
        <source>Picture: {0}</source>
        <translation>图片：{0}</translation>
    </message>
    <message>
        <source>{0} (could not be loaded)</source>
        <translation>{0}（无法加载）</translation>
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
    <name>QuantList</name>
    <message>
        <source>There is no GGUF file here.</source>
        <translation>这里没有 GGUF 文件。</translation>
    </message>
</context>
<context>
    <name>QuantRow</name>
    <message>
        <source>recommended</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Ask llama.cpp itself what this file would need</source>
        <translation>让 llama.cpp 计算这个文件的实际需求</translation>
    </message>
    <message>
        <source>Check {0} exactly</source>
        <translation>精确检查 {0}</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Download {0}</source>
        <translation>下载 {0}</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>已下载</translation>
    </message>
    <message>
        <source>Show it among my models</source>
        <translation>在“我的模型”中显示</translation>
    </message>
    <message>
        <source>Pause {0}</source>
        <translation>暂停 {0}</translation>
    </message>
    <message>
        <source>Continue {0}</source>
        <translation>继续 {0}</translation>
    </message>
    <message>
        <source>Cancel {0}</source>
        <translation>取消 {0}</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>正在检查…</translation>
    </message>
</context>
<context>
    <name>Queue</name>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>API</source>
        <translation>API</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>no. {place} · {seconds} s</source>
        <translation>第 {place} 位 · {seconds} 秒</translation>
    </message>
    <message>
        <source>{value} % read</source>
        <translation>已读 {value}%</translation>
    </message>
    <message>
        <source>{n} tokens</source>
        <translation>{n} 个 token</translation>
    </message>
    <message>
        <source>slot {n}</source>
        <translation>槽位 {n}</translation>
    </message>
    <message>
        <source>prompt {n}</source>
        <translation>提示词 {n}</translation>
    </message>
    <message>
        <source>priority {n}</source>
        <translation>优先级 {n}</translation>
    </message>
    <message>
        <source>Prompt: {prompt} tokens, {computed} computed, {cached} reused</source>
        <translation>提示词：{prompt} 个 token，已计算 {computed}，复用 {cached}</translation>
    </message>
    <message>
        <source>Reply: {n} tokens · waited {seconds} s</source>
        <translation>回复：{n} 个 token · 已等待 {seconds} 秒</translation>
    </message>
</context>
<context>
    <name>QueueDialog</name>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Chats, the terminal and API clients share one engine. Those that wait can be dragged into another order.</source>
        <translation>对话、终端和 API 客户端共用一个引擎。拖动等待中的请求可以调整顺序。</translation>
    </message>
    <message>
        <source>Nothing runs, nothing waits</source>
        <translation>没有运行或等待的请求</translation>
    </message>
    <message>
        <source>Every reply that is asked for appears here.</source>
        <translation>每个请求的回复都会显示在这里。</translation>
    </message>
    <message>
        <source>{running} running, {waiting} waiting</source>
        <translation>{running} 个运行中，{waiting} 个等待中</translation>
    </message>
</context>
<context>
    <name>QueueSection</name>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Nothing runs, nothing waits</source>
        <translation>没有运行或等待的请求</translation>
    </message>
    <message>
        <source>Show all {n}</source>
        <translation>显示全部 {n} 个</translation>
    </message>
</context>
<context>
    <name>QueueView</name>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Let it go earlier</source>
        <translation>提前</translation>
    </message>
    <message>
        <source>Let it go later</source>
        <translation>推后</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>RecommendedCard</name>
    <message>
        <source>Recommended for this machine</source>
        <translation>推荐给这台电脑</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Others…</source>
        <translation>其他…</translation>
    </message>
    <message>
        <source>Looking at this machine…</source>
        <translation>正在检测这台电脑…</translation>
    </message>
    <message>
        <source>No model of the list fits into the memory of this machine.</source>
        <translation>列表中没有能放进这台电脑内存的模型。</translation>
    </message>
    <message>
        <source>needs about {0} of memory</source>
        <translation>约需 {0} 内存</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>It is here.</source>
        <translation>已下载完成。</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>Checking that it came whole…</source>
        <translation>正在校验文件是否完整…</translation>
    </message>
    <message>
        <source>Paused at {0}</source>
        <translation>已暂停，{0}</translation>
    </message>
</context>
<context>
    <name>RepliesDialog</name>
    <message>
        <source>How {0} replies</source>
        <translation>{0} 的回复方式</translation>
    </message>
    <message>
        <source>As in the settings</source>
        <translation>与设置一致</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>For this model alone. What is automatic follows the settings.</source>
        <translation>仅用于此模型。自动的项目沿用通用设置。</translation>
    </message>
</context>
<context>
    <name>RepliesForm</name>
    <message>
        <source>Begin without them</source>
        <translation>不再以此开头</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>End the reply at</source>
        <translation>遇到以下文本时结束回复</translation>
    </message>
    <message>
        <source>One text per line</source>
        <translation>每行一个</translation>
    </message>
    <message>
        <source>As in the settings</source>
        <translation>与设置一致</translation>
    </message>
    <message>
        <source>You</source>
        <translation>你</translation>
    </message>
    <message>
        <source>The model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>Every new chat begins with:</source>
        <translation>每个新对话都以此开头：</translation>
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
    <name>RepoHead</name>
    <message>
        <source>Back to the list</source>
        <translation>返回列表</translation>
    </message>
    <message>
        <source>Open its page</source>
        <translation>打开其网页</translation>
    </message>
</context>
<context>
    <name>RepoPage</name>
    <message>
        <source>Asking for {0}…</source>
        <translation>正在查询 {0}…</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Network settings…</source>
        <translation>网络设置…</translation>
    </message>
    <message>
        <source>Enter a token…</source>
        <translation>输入访问令牌…</translation>
    </message>
    <message>
        <source>The fit is not known: {0}</source>
        <translation>无法评估能否运行：{0}</translation>
    </message>
    <message>
        <source>It came from a model card. Check where it leads.</source>
        <translation>该链接来自模型卡片。请确认它指向哪里。</translation>
    </message>
    <message>
        <source>The page of this model.</source>
        <translation>这个模型的网页。</translation>
    </message>
</context>
<context>
    <name>ResultView</name>
    <message>
        <source>Compare with</source>
        <translation>与之比较</translation>
    </message>
    <message>
        <source>Latencies are P50 / P90 / P99; a tooltip has the mean and the maximum.</source>
        <translation>延迟为 P50 / P90 / P99；悬停提示中有平均值和最大值。</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Copy as Markdown</source>
        <translation>复制为 Markdown</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Delete this run</source>
        <translation>删除该结果</translation>
    </message>
    <message>
        <source>Compare with…</source>
        <translation>与以往比较…</translation>
    </message>
    <message>
        <source>It is still running: the figures are not final.</source>
        <translation>测试仍在进行：数字尚未确定。</translation>
    </message>
    <message>
        <source>The two runs have no test in common.</source>
        <translation>这两次运行没有相同的测试。</translation>
    </message>
    <message>
        <source>Dashed lines are the earlier run.</source>
        <translation>虚线是较早的那次。</translation>
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
    <name>RowDelegate</name>
    <message>
        <source>Let it go earlier</source>
        <translation>提前</translation>
    </message>
    <message>
        <source>Let it go later</source>
        <translation>推后</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>RunForm</name>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Load test</source>
        <translation>负载测试</translation>
    </message>
    <message>
        <source>Kind of test</source>
        <translation>测试种类</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Its first one</source>
        <translation>服务器的第一个模型</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>As in the app</source>
        <translation>与应用相同</translation>
    </message>
    <message>
        <source>What the tests need</source>
        <translation>按测试所需</translation>
    </message>
    <message>
        <source>One per stream</source>
        <translation>每路一个</translation>
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
        <source>Load parameters</source>
        <translation>加载参数</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>API key</source>
        <translation>API 密钥</translation>
    </message>
    <message>
        <source>Model on the server</source>
        <translation>服务器上的模型</translation>
    </message>
    <message>
        <source>Prompt, tokens</source>
        <translation>提示词元数</translation>
    </message>
    <message>
        <source>Generation, tokens</source>
        <translation>生成词元数</translation>
    </message>
    <message>
        <source>Context before, tokens</source>
        <translation>已有上下文词元数</translation>
    </message>
    <message>
        <source>Repetitions</source>
        <translation>重复次数</translation>
    </message>
    <message>
        <source>Streams at once</source>
        <translation>并发数</translation>
    </message>
    <message>
        <source>Requests of each level</source>
        <translation>每级请求数</translation>
    </message>
    <message>
        <source>Reply, tokens</source>
        <translation>回复词元数</translation>
    </message>
    <message>
        <source>Requests per second</source>
        <translation>每秒请求数</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程数</translation>
    </message>
    <message>
        <source>GPU layers (-1: all)</source>
        <translation>GPU 层数（-1：全部）</translation>
    </message>
    <message>
        <source>Context, tokens</source>
        <translation>上下文词元数</translation>
    </message>
    <message>
        <source>Slots</source>
        <translation>槽位数</translation>
    </message>
    <message>
        <source>KV cache type</source>
        <translation>KV 缓存类型</translation>
    </message>
    <message>
        <source>Flash attention</source>
        <translation>Flash attention</translation>
    </message>
    <message>
        <source>A server (OpenAI API)…</source>
        <translation>服务器（OpenAI API）…</translation>
    </message>
</context>
<context>
    <name>RunProgress</name>
    <message>
        <source>Progress of the benchmark</source>
        <translation>基准测试的进度</translation>
    </message>
    <message>
        <source>You can go on chatting, but it disturbs the figures.</source>
        <translation>您可以继续聊天，但会影响测量结果。</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在开始…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>正在加载模型…</translation>
    </message>
    <message>
        <source>Warming up…</source>
        <translation>正在预热…</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>第 {0} 个，共 {1} 个</translation>
    </message>
    <message>
        <source>About {0} s left</source>
        <translation>大约还需 {0} 秒</translation>
    </message>
    <message>
        <source>About {0} min left</source>
        <translation>大约还需 {0} 分钟</translation>
    </message>
</context>
<context>
    <name>SearchBar</name>
    <message>
        <source>Search Hugging Face, or paste a link or ollama:name</source>
        <translation>搜索 Hugging Face，或粘贴链接或 ollama:名称</translation>
    </message>
    <message>
        <source>Search for models</source>
        <translation>搜索模型</translation>
    </message>
    <message>
        <source>Trending</source>
        <translation>热门</translation>
    </message>
    <message>
        <source>Most downloads</source>
        <translation>下载最多</translation>
    </message>
    <message>
        <source>Most likes</source>
        <translation>点赞最多</translation>
    </message>
    <message>
        <source>Recently updated</source>
        <translation>最近更新</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>最新</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>排序</translation>
    </message>
    <message>
        <source>Author</source>
        <translation>作者</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Any size</source>
        <translation>任意大小</translation>
    </message>
    <message>
        <source>Over {0} B</source>
        <translation>{0} B 以上</translation>
    </message>
    <message>
        <source>{0} to {1} B</source>
        <translation>{0} 至 {1} B</translation>
    </message>
    <message>
        <source>Up to {0} B</source>
        <translation>{0} B 以下</translation>
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
        <source>{value} tok/s</source>
        <translation>{value} tok/s</translation>
    </message>
    <message>
        <source>{value} ms</source>
        <translation>{value} ms</translation>
    </message>
    <message>
        <source>{value} s</source>
        <translation>{value} 秒</translation>
    </message>
    <message>
        <source>{value}, {seconds} s ago</source>
        <translation>{value}，{seconds} 秒前</translation>
    </message>
</context>
<context>
    <name>SessionBinding</name>
    <message>
        <source>Waiting until {0} has finished its reply</source>
        <translation>正在等待 {0} 完成回复</translation>
    </message>
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
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Changes count when a model is loaded the next time.</source>
        <translation>更改在下次加载模型时生效。</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>高级</translation>
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
    <message>
        <source>As few as needed</source>
        <translation>按需要尽量少</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source> min</source>
        <translation> 分钟</translation>
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
    <name>Sizes</name>
    <message>
        <source>about {0} tok/s</source>
        <translation>约 {0} tok/s</translation>
    </message>
</context>
<context>
    <name>SlowdownNotice</name>
    <message>
        <source>Close this notice</source>
        <translation>关闭此通知</translation>
    </message>
    <message>
        <source>{now} tok/s, where this model reached {usual}</source>
        <translation>现在 {now} tok/s，而该模型曾达到 {usual}</translation>
    </message>
    <message>
        <source>{now} tok/s, where the memory allows {usual}</source>
        <translation>现在 {now} tok/s，而内存带宽可支持 {usual}</translation>
    </message>
    <message>
        <source>The memory is full: the system is swapping to the disk.</source>
        <translation>内存已满：系统正在与磁盘交换数据。</translation>
    </message>
    <message>
        <source>The memory is full: the model is read from the disk again and again.</source>
        <translation>内存已满：模型正被反复从磁盘读取。</translation>
    </message>
    <message>
        <source>The GPU is too hot and has lowered its clock.</source>
        <translation>GPU 温度过高，已降低频率。</translation>
    </message>
    <message>
        <source>The GPU has reached its power limit.</source>
        <translation>GPU 已达到功耗上限。</translation>
    </message>
    <message>
        <source>The GPU&apos;s memory is full: a part of the model may have moved to slower memory.</source>
        <translation>显存已满：模型的一部分可能已移到较慢的内存中。</translation>
    </message>
    <message>
        <source>Other programs are using the processor.</source>
        <translation>其他程序正在占用处理器。</translation>
    </message>
    <message>
        <source>The reason is not known: nothing else looks busy.</source>
        <translation>原因不明：没有发现其他占用。</translation>
    </message>
    <message>
        <source>Context of {value} tokens</source>
        <translation>改用 {value} token 的上下文</translation>
    </message>
    <message>
        <source>KV cache of {value} bits</source>
        <translation>改用 {value} 位 KV 缓存</translation>
    </message>
    <message>
        <source>{value} layers on the GPU</source>
        <translation>改为 {value} 层放在 GPU 上</translation>
    </message>
    <message>
        <source>{value} CPU threads</source>
        <translation>改用 {value} 个 CPU 线程</translation>
    </message>
    <message>
        <source>Map the file into memory</source>
        <translation>将文件映射到内存</translation>
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
        <source>Cached</source>
        <translation>缓存命中</translation>
    </message>
    <message>
        <source>Tokens of the newest prompt that were not computed again</source>
        <translation>最近一次提示词中无需重新计算的 token</translation>
    </message>
    <message>
        <source>Guesses right</source>
        <translation>预测命中</translation>
    </message>
    <message>
        <source>Tokens guessed from repeated text that the model would have written as well</source>
        <translation>根据重复文本预测、且与模型输出一致的 token</translation>
    </message>
    <message>
        <source>{value} s</source>
        <translation>{value} 秒</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Show the queue</source>
        <translation>显示队列</translation>
    </message>
    <message>
        <source>Show the downloads</source>
        <translation>显示下载</translation>
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
        <source>{0} downloads</source>
        <translation>{0} 个下载</translation>
    </message>
    <message>
        <source>1 download</source>
        <translation>1 个下载</translation>
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
    <name>StepsSection</name>
    <message>
        <source>Steps</source>
        <translation>逐步耗时</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>回复</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Stall</source>
        <translation>停顿</translation>
    </message>
    <message>
        <source>Reused</source>
        <translation>复用</translation>
    </message>
    <message>
        <source>Per token</source>
        <translation>每 token</translation>
    </message>
    <message>
        <source>Median of the steps without a prompt: the dotted line</source>
        <translation>不含提示词的各步耗时的中位数（虚线）</translation>
    </message>
    <message>
        <source>Steps: {count}, median: {median}, stalls: {stalls}</source>
        <translation>步数：{count}，中位数：{median}，停顿：{stalls}</translation>
    </message>
    <message>
        <source>waited {time} before</source>
        <translation>此前等待 {time}</translation>
    </message>
    <message>
        <source>{n} written</source>
        <translation>写出 {n}</translation>
    </message>
    <message>
        <source>{n} read</source>
        <translation>读入 {n}</translation>
    </message>
    <message>
        <source>{n} reused</source>
        <translation>复用 {n}</translation>
    </message>
    <message>
        <source>{n} guessed</source>
        <translation>预测 {n}</translation>
    </message>
    <message>
        <source>context {n}</source>
        <translation>上下文 {n}</translation>
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
    <name>TokenEntry</name>
    <message>
        <source>Host of the token</source>
        <translation>访问令牌所属主机</translation>
    </message>
    <message>
        <source>Paste a token</source>
        <translation>粘贴访问令牌</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>访问令牌</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Its first and last characters</source>
        <translation>显示其首尾字符</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>No token is kept for {1}. Public models need none.</source>
        <translation>没有保存 {1} 的访问令牌。公开模型不需要。</translation>
    </message>
    <message>
        <source>{0} for {1}, from HF_TOKEN of the environment.</source>
        <translation>{0}，用于 {1}，来自环境变量 HF_TOKEN。</translation>
    </message>
    <message>
        <source>{0} for {1}, in the system&apos;s keyring. It is sent only there.</source>
        <translation>{0}，用于 {1}，保存在系统密钥环中，只会发送到该主机。</translation>
    </message>
    <message>
        <source>{0} for {1}, in a file that only you can read: there is no keyring here. It is sent only there.</source>
        <translation>{0}，用于 {1}，保存在只有你能读取的文件中（这里没有密钥环），只会发送到该主机。</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>隐藏</translation>
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
    <name>Totals</name>
    <message>
        <source>{0} models</source>
        <translation>{0} 个模型</translation>
    </message>
    <message>
        <source>1 model</source>
        <translation>1 个模型</translation>
    </message>
    <message>
        <source>{0} of {1} models</source>
        <translation>{0} / {1} 个模型</translation>
    </message>
    <message>
        <source>{0} on disk</source>
        <translation>占用磁盘 {0}</translation>
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
    <name>_Loading</name>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Loading {0} · {1} %</source>
        <translation>正在加载 {0} · {1}%</translation>
    </message>
    <message>
        <source>Waiting until {0} has finished its reply</source>
        <translation>正在等待 {0} 完成回复</translation>
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
        <source>Models…</source>
        <translation>模型…</translation>
    </message>
    <message>
        <source>Benchmark…</source>
        <translation>基准测试…</translation>
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
    <name>benchmark</name>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Generation</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>Context depth, tokens</source>
        <translation>上下文深度（词元）</translation>
    </message>
    <message>
        <source>Length, tokens</source>
        <translation>长度（词元）</translation>
    </message>
    <message>
        <source>Streams</source>
        <translation>并发数</translation>
    </message>
    <message>
        <source>Throughput</source>
        <translation>吞吐量</translation>
    </message>
    <message>
        <source>Time to first token</source>
        <translation>首词元时间</translation>
    </message>
    <message>
        <source>Time per token</source>
        <translation>每词元时间</translation>
    </message>
    <message>
        <source>model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>engine build</source>
        <translation>引擎版本</translation>
    </message>
    <message>
        <source>machine</source>
        <translation>机器</translation>
    </message>
    <message>
        <source>load parameters</source>
        <translation>加载参数</translation>
    </message>
    <message>
        <source>tests</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Not the same in both: {what}.</source>
        <translation>两次不同之处：{what}。</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Tokens/s</source>
        <translation>词元/秒</translation>
    </message>
    <message>
        <source>Output tok/s</source>
        <translation>输出词元/秒</translation>
    </message>
    <message>
        <source>Error rate</source>
        <translation>错误率</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Load test</source>
        <translation>负载测试</translation>
    </message>
    <message>
        <source>{n} streams</source>
        <translation>{n} 路并发</translation>
    </message>
    <message>
        <source>Stopped before its end.</source>
        <translation>测试在结束前被停止。</translation>
    </message>
    <message>
        <source>ms per token</source>
        <translation>毫秒/词元</translation>
    </message>
    <message>
        <source>Repetitions</source>
        <translation>重复次数</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>请求数</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Input tok/s</source>
        <translation>输入词元/秒</translation>
    </message>
    <message>
        <source>TTFT ms</source>
        <translation>TTFT 毫秒</translation>
    </message>
    <message>
        <source>TPOT ms</source>
        <translation>TPOT 毫秒</translation>
    </message>
    <message>
        <source>E2E s</source>
        <translation>端到端 秒</translation>
    </message>
    <message>
        <source>P50 / P90 / P99</source>
        <translation>P50 / P90 / P99</translation>
    </message>
    <message>
        <source>The server reports no usage: output tokens are counted chunks, which may hold several.</source>
        <translation>服务器不报告用量：输出词元数按数据块计数，一块可能含有多个词元。</translation>
    </message>
    <message>
        <source>The server does not report prompt tokens: input tokens/s are missing.</source>
        <translation>服务器不报告提示词元数：因此没有输入词元/秒。</translation>
    </message>
    <message>
        <source>Some replies ended before the wanted number of tokens.</source>
        <translation>部分回复在达到所要求的词元数之前就结束了。</translation>
    </message>
    <message>
        <source>This model cannot keep a context: prompts at a depth were computed from their beginning.</source>
        <translation>该模型无法保留上下文：带深度的提示是从头计算的。</translation>
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
        <source>{count} requests are waiting already.</source>
        <translation>已有 {count} 个请求在等待。</translation>
    </message>
    <message>
        <source>Try again when some of them are done.</source>
        <translation>请等其中一些完成后再试。</translation>
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
        <source>The engine refused a load parameter.</source>
        <translation>引擎拒绝了一个加载参数。</translation>
    </message>
    <message>
        <source>The engine refused the LoRA adapters.</source>
        <translation>引擎拒绝了这些 LoRA 适配器。</translation>
    </message>
    <message>
        <source>The LoRA adapter {name} does not belong to this model.</source>
        <translation>LoRA 适配器 {name} 不属于此模型。</translation>
    </message>
    <message>
        <source>Choose an adapter that was made for this very model.</source>
        <translation>请选择专为此模型制作的适配器。</translation>
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
        <source>The engine refused the grammar.</source>
        <translation>引擎拒绝了该语法。</translation>
    </message>
    <message>
        <source>The engine has stopped.</source>
        <translation>引擎已停止。</translation>
    </message>
    <message>
        <source>A benchmark is running already.</source>
        <translation>已有一个基准测试在运行。</translation>
    </message>
    <message>
        <source>Wait for its end, or stop it.</source>
        <translation>请等它结束，或停止它。</translation>
    </message>
    <message>
        <source>The benchmark met an unexpected problem.</source>
        <translation>基准测试遇到意外问题。</translation>
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
        <source>This model cannot take guesses back.</source>
        <translation>此模型无法撤回猜测。</translation>
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
        <source>{name} cannot guess for another model.</source>
        <translation>{name} 无法为其他模型猜测。</translation>
    </message>
    <message>
        <source>Choose a smaller model of the same family.</source>
        <translation>请选择同一系列中较小的模型。</translation>
    </message>
    <message>
        <source>{name} cannot guess for this model: it has other words.</source>
        <translation>{name} 无法为此模型猜测：两者的词表不同。</translation>
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
        <source>Ollama keeps “{name}” in a form that is no GGUF file.</source>
        <translation>Ollama 保存的“{name}”不是 GGUF 文件。</translation>
    </message>
    <message>
        <source>“{name}” is an adapter for another model of Ollama&apos;s.</source>
        <translation>“{name}”是 Ollama 中另一个模型的适配器。</translation>
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
        <source>“{file}” is no language model: it has no layers.</source>
        <translation>“{file}”不是语言模型：它没有任何层。</translation>
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
        <source>{model} runs without repacked weights: it failed its trial with them.</source>
        <translation>{model} 不使用重排权重运行：使用时试加载失败。</translation>
    </message>
    <message>
        <source>It answers correctly, but more slowly.</source>
        <translation>回答是正确的，只是更慢。</translation>
    </message>
    <message>
        <source>{model} runs without its draft model.</source>
        <translation>{model} 在没有草稿模型的情况下运行。</translation>
    </message>
    <message>
        <source>There is too little memory for both, or they failed their trial.</source>
        <translation>内存不足以容纳两者，或两者未通过试加载。</translation>
    </message>
    <message>
        <source>The context of {model} is kept in 8 bits to save memory.</source>
        <translation>{model} 的上下文以 8 位保存，以节省内存。</translation>
    </message>
    <message>
        <source>Prompts are read more slowly.</source>
        <translation>读取提示会更慢。</translation>
    </message>
    <message>
        <source>The experts of {model} stay in RAM.</source>
        <translation>{model} 的专家留在内存中。</translation>
    </message>
    <message>
        <source>It is slower, but it fits.</source>
        <translation>速度较慢，但放得下。</translation>
    </message>
    <message>
        <source>{model} runs on the CPU alone: its trial failed on the GPU.</source>
        <translation>{model} 只用 CPU 运行：在 GPU 上试加载失败。</translation>
    </message>
    <message>
        <source>Close programs that use the GPU, or update its driver.</source>
        <translation>请关闭占用 GPU 的程序，或更新显卡驱动。</translation>
    </message>
    <message>
        <source>Only {count} layers of {model} are on the GPU.</source>
        <translation>{model} 只有 {count} 层在 GPU 上。</translation>
    </message>
    <message>
        <source>Close programs that use the GPU, or choose a smaller quant.</source>
        <translation>请关闭占用 GPU 的程序，或选择更小的量化版本。</translation>
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
        <source>{name} is not loaded: it crashed the engine in its trial.</source>
        <translation>{name} 未加载：试加载时引擎崩溃了。</translation>
    </message>
    <message>
        <source>Choose another file of this model, or try again with a newer version.</source>
        <translation>请选择此模型的其他文件，或换用更新的版本再试。</translation>
    </message>
    <message>
        <source>{name} is not loaded: its trial did not come to an end.</source>
        <translation>{name} 未加载：试加载一直没有结束。</translation>
    </message>
    <message>
        <source>Close other programs and try again.</source>
        <translation>请关闭其他程序后再试。</translation>
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
        <source>An adapter needs a path and a scale of {low} to {high}.</source>
        <translation>适配器需要一个路径，以及 {low} 到 {high} 之间的强度。</translation>
    </message>
    <message>
        <source>A message is from {roles}, not from “{role}”.</source>
        <translation>消息的角色只能是 {roles}，不能是“{role}”。</translation>
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
        <source>Line {line} of the Modelfile has a value that cannot be used.</source>
        <translation>Modelfile 第 {line} 行的值无法使用。</translation>
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
        <source>The presets of your models cannot be read: {reason}.</source>
        <translation>无法读取模型预设：{reason}。</translation>
    </message>
    <message>
        <source>The general settings are used for all models.</source>
        <translation>所有模型都使用通用设置。</translation>
    </message>
    <message>
        <source>The presets of your models are damaged.</source>
        <translation>模型预设文件已损坏。</translation>
    </message>
    <message>
        <source>They are empty now. The old file is kept as {kept}.</source>
        <translation>预设现在是空的。旧文件已保留为 {kept}。</translation>
    </message>
    <message>
        <source>The presets of your models cannot be saved: {reason}.</source>
        <translation>无法保存模型预设：{reason}。</translation>
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
    <message>
        <source>The test needs {needed} tokens of context, not {n_ctx}.</source>
        <translation>该测试需要 {needed} 个词元的上下文，而不是 {n_ctx} 个。</translation>
    </message>
    <message>
        <source>Make the context larger, or the prompts shorter.</source>
        <translation>请增大上下文，或缩短提示。</translation>
    </message>
    <message>
        <source>There is nothing to measure.</source>
        <translation>没有可测量的内容。</translation>
    </message>
    <message>
        <source>Give a prompt length or a number of tokens to generate.</source>
        <translation>请给出提示长度或要生成的词元数。</translation>
    </message>
    <message>
        <source>Give at least one number of streams.</source>
        <translation>请至少给出一个并发数。</translation>
    </message>
    <message>
        <source>“{name}” is {value}; it must be from {least} to {most}.</source>
        <translation>“{name}”为 {value}；它必须在 {least} 到 {most} 之间。</translation>
    </message>
    <message>
        <source>“{url}” is no address of a server.</source>
        <translation>“{url}”不是服务器地址。</translation>
    </message>
    <message>
        <source>It looks like http://127.0.0.1:8000/v1.</source>
        <translation>地址形如 http://127.0.0.1:8000/v1。</translation>
    </message>
    <message>
        <source>The two benchmarks have no test in common.</source>
        <translation>这两次基准测试没有相同的测试。</translation>
    </message>
    <message>
        <source>Run the same tests again to compare them.</source>
        <translation>请再次运行相同的测试以便比较。</translation>
    </message>
    <message>
        <source>The benchmark was stopped.</source>
        <translation>基准测试已停止。</translation>
    </message>
    <message>
        <source>Every request failed: {kind}.</source>
        <translation>所有请求都失败了：{kind}。</translation>
    </message>
    <message>
        <source>Look at the server&apos;s log.</source>
        <translation>请查看服务器的日志。</translation>
    </message>
    <message>
        <source>The file {path} cannot be read.</source>
        <translation>无法读取文件 {path}。</translation>
    </message>
    <message>
        <source>The test needs {need} GB of memory, {free} GB are free.</source>
        <translation>该测试需要 {need} GB 内存，可用 {free} GB。</translation>
    </message>
    <message>
        <source>Use fewer streams, or shorter prompts and replies.</source>
        <translation>请减少并发数，或缩短提示和回复。</translation>
    </message>
    <message>
        <source>The model was unloaded while it was measured.</source>
        <translation>模型在测量过程中被卸载。</translation>
    </message>
    <message>
        <source>Start the benchmark again.</source>
        <translation>请重新开始基准测试。</translation>
    </message>
    <message>
        <source>There is no benchmark {id}.</source>
        <translation>没有编号为 {id} 的基准测试。</translation>
    </message>
    <message>
        <source>“desk-llm bench list” shows those that there are.</source>
        <translation>“desk-llm bench list”会列出已有的测试。</translation>
    </message>
    <message>
        <source>Nothing answers at {url}.</source>
        <translation>{url} 没有响应。</translation>
    </message>
    <message>
        <source>Check the address, and that the server runs.</source>
        <translation>请检查地址，并确认服务器正在运行。</translation>
    </message>
    <message>
        <source>{url} did not answer within {seconds} seconds.</source>
        <translation>{url} 在 {seconds} 秒内没有响应。</translation>
    </message>
    <message>
        <source>Check that the server has loaded its model.</source>
        <translation>请确认服务器已加载模型。</translation>
    </message>
    <message>
        <source>The server refuses the API key (HTTP {status}).</source>
        <translation>服务器拒绝了该 API 密钥（HTTP {status}）。</translation>
    </message>
    <message>
        <source>Give the key that the server was started with.</source>
        <translation>请提供启动服务器时使用的密钥。</translation>
    </message>
    <message>
        <source>The server has no model “{model}”.</source>
        <translation>服务器上没有模型“{model}”。</translation>
    </message>
    <message>
        <source>Leave the name empty to take its first one.</source>
        <translation>将名称留空即可使用它的第一个模型。</translation>
    </message>
    <message>
        <source>The server answered HTTP {status}: {answer}</source>
        <translation>服务器返回 HTTP {status}：{answer}</translation>
    </message>
    <message>
        <source>Check the address and the name of the model.</source>
        <translation>请检查地址和模型名称。</translation>
    </message>
    <message>
        <source>The server at {url} lists no models.</source>
        <translation>{url} 上的服务器没有列出任何模型。</translation>
    </message>
    <message>
        <source>Give the name of the model.</source>
        <translation>请给出模型名称。</translation>
    </message>
    <message>
        <source>The server&apos;s first reply cannot be read: {kind}.</source>
        <translation>无法读取服务器的第一个回复：{kind}。</translation>
    </message>
    <message>
        <source>It must speak the OpenAI API, with streaming.</source>
        <translation>它必须支持 OpenAI API 的流式输出。</translation>
    </message>
    <message>
        <source>The API key contains characters that no key has.</source>
        <translation>该 API 密钥含有密钥中不会出现的字符。</translation>
    </message>
    <message>
        <source>Copy it again, without spaces and line ends.</source>
        <translation>请重新复制，不要带空格和换行。</translation>
    </message>
    <message>
        <source>JSON and Markdown cannot both be printed.</source>
        <translation>不能同时打印 JSON 和 Markdown。</translation>
    </message>
    <message>
        <source>Give --markdown a file.</source>
        <translation>请为 --markdown 指定一个文件。</translation>
    </message>
    <message>
        <source>There is no folder {folder}.</source>
        <translation>没有文件夹 {folder}。</translation>
    </message>
    <message>
        <source>{path} cannot be written.</source>
        <translation>无法写入 {path}。</translation>
    </message>
    <message>
        <source>{path} cannot be read.</source>
        <translation>无法读取 {path}。</translation>
    </message>
    <message>
        <source>The model has no token that continues the grammar.</source>
        <translation>模型没有能够继续该语法的词元。</translation>
    </message>
    <message>
        <source>Allow more characters at this place, or use another model.</source>
        <translation>请在此处允许更多字符，或换用其他模型。</translation>
    </message>
    <message>
        <source>The grammar is too ambiguous: a token took {limit} s.</source>
        <translation>语法歧义过多：一个词元用了 {limit} 秒。</translation>
    </message>
    <message>
        <source>Let alternatives differ in their first characters.</source>
        <translation>请让各备选项的首字符互不相同。</translation>
    </message>
    <message>
        <source>Line {line} of the grammar is not valid: {problem}.</source>
        <translation>语法第 {line} 行无效：{problem}。</translation>
    </message>
    <message>
        <source>The grammar is too large: more than {limit} {what}.</source>
        <translation>语法过大：超过 {limit} {what}。</translation>
    </message>
    <message>
        <source>The grammar has no rule named “root”.</source>
        <translation>语法中没有名为“root”的规则。</translation>
    </message>
    <message>
        <source>The grammar uses the rule “{name}”, which is not there.</source>
        <translation>语法使用了不存在的规则“{name}”。</translation>
    </message>
    <message>
        <source>The rule “{name}” of the grammar can begin with itself.</source>
        <translation>语法规则“{name}”可能以自身开头。</translation>
    </message>
    <message>
        <source>Write repetitions with * or +.</source>
        <translation>请用 * 或 + 表示重复。</translation>
    </message>
    <message>
        <source>Nothing can satisfy the JSON schema.</source>
        <translation>没有任何值能满足该 JSON Schema。</translation>
    </message>
    <message>
        <source>The JSON schema is too large: more than {nodes} parts or {depth} levels.</source>
        <translation>JSON Schema 过大：超过 {nodes} 个部分或 {depth} 层。</translation>
    </message>
    <message>
        <source>The JSON schema refers to “{pointer}”, which is not in it.</source>
        <translation>JSON Schema 引用了其中不存在的“{pointer}”。</translation>
    </message>
    <message>
        <source>A reply can follow a grammar or a JSON schema, not both.</source>
        <translation>回复只能遵循语法或 JSON Schema 之一，不能同时使用。</translation>
    </message>
    <message>
        <source>“{value}” does not fit {name}: it is from {least} to {most}.</source>
        <translation>“{value}”不适用于 {name}：取值范围是 {least} 到 {most}。</translation>
    </message>
    <message>
        <source>{name} is a list of at most {limit} pairs of a token and a number up to {most}.</source>
        <translation>{name} 是最多 {limit} 对“词元与数值”的列表，数值不超过 {most}。</translation>
    </message>
    <message>
        <source>{name} is a list of at most {limit} texts of at most {most} bytes.</source>
        <translation>{name} 是最多 {limit} 段文本的列表，每段不超过 {most} 字节。</translation>
    </message>
    <message>
        <source>The JSON schema uses “{keyword}” in a way that cannot be kept.</source>
        <translation>JSON Schema 中“{keyword}”的用法无法得到保证。</translation>
    </message>
    <message>
        <source>Leave it out and check the reply yourself.</source>
        <translation>请去掉它，并自行检查回复。</translation>
    </message>
    <message>
        <source>The JSON schema is not valid: {problem}.</source>
        <translation>JSON Schema 无效：{problem}。</translation>
    </message>
    <message>
        <source>segmentation fault</source>
        <translation>段错误</translation>
    </message>
    <message>
        <source>bus error: the model file was changed, or its disk removed</source>
        <translation>总线错误：模型文件被更改，或其所在磁盘被移除</translation>
    </message>
    <message>
        <source>illegal instruction</source>
        <translation>非法指令</translation>
    </message>
    <message>
        <source>arithmetic error</source>
        <translation>算术错误</translation>
    </message>
    <message>
        <source>abort</source>
        <translation>异常中止</translation>
    </message>
    <message>
        <source>killed by the system, perhaps for lack of memory</source>
        <translation>被系统终止，可能是内存不足</translation>
    </message>
    <message>
        <source>the engine gave up</source>
        <translation>引擎中止了运行</translation>
    </message>
    <message>
        <source>it did not go on</source>
        <translation>没有任何进展</translation>
    </message>
    <message>
        <source>its window did not answer</source>
        <translation>窗口没有响应</translation>
    </message>
    <message>
        <source>desk_llm closed unexpectedly with {name} last time.</source>
        <translation>desk_llm 上次使用 {name} 时意外关闭。</translation>
    </message>
    <message>
        <source>It is loaded again only when you want it.</source>
        <translation>只有在您需要时才会再次加载它。</translation>
    </message>
    <message>
        <source>desk_llm closed unexpectedly ({cause}).</source>
        <translation>desk_llm 意外关闭（{cause}）。</translation>
    </message>
    <message>
        <source>Your chats are safe.</source>
        <translation>您的对话是安全的。</translation>
    </message>
    <message>
        <source>Your chats are safe. It happened too often, so no model is loaded now.</source>
        <translation>您的对话是安全的。由于多次发生，现在没有加载任何模型。</translation>
    </message>
    <message>
        <source>desk_llm closed unexpectedly while {name} computed ({cause}).</source>
        <translation>desk_llm 在 {name} 计算时意外关闭（{cause}）。</translation>
    </message>
    <message>
        <source>desk_llm closed unexpectedly while {name} was loaded ({cause}).</source>
        <translation>desk_llm 在加载 {name} 时意外关闭（{cause}）。</translation>
    </message>
    <message>
        <source>Your chats are safe; {name} is not loaded again by itself.</source>
        <translation>您的对话是安全的；{name} 不会自动再次加载。</translation>
    </message>
    <message>
        <source>There is no file or folder {path}.</source>
        <translation>没有这个文件或文件夹：{path}。</translation>
    </message>
    <message>
        <source>Only repositories of a Hub have projectors to choose.</source>
        <translation>只有 Hub 上的仓库才有可选的投影文件。</translation>
    </message>
    <message>
        <source>“{name}” says already which file it means.</source>
        <translation>“{name}”已经指明了是哪个文件。</translation>
    </message>
    <message>
        <source>Leave --quant away.</source>
        <translation>请去掉 --quant。</translation>
    </message>
    <message>
        <source>“{name}” has no projector.</source>
        <translation>“{name}”没有投影文件。</translation>
    </message>
    <message>
        <source>The download ended too early.</source>
        <translation>下载提前结束了。</translation>
    </message>
    <message>
        <source>“{name}” has no “{quant}”.</source>
        <translation>“{name}”没有“{quant}”。</translation>
    </message>
    <message>
        <source>It has: {quants}.</source>
        <translation>可选的有：{quants}。</translation>
    </message>
    <message>
        <source>“{text}” gives no value.</source>
        <translation>“{text}”没有给出值。</translation>
    </message>
    <message>
        <source>It looks like load.n_ctx=8192.</source>
        <translation>写法如 load.n_ctx=8192。</translation>
    </message>
    <message>
        <source>A preset has no “{name}”.</source>
        <translation>预设中没有“{name}”。</translation>
    </message>
    <message>
        <source>It has {names}.</source>
        <translation>可用的有：{names}。</translation>
    </message>
    <message>
        <source>Say which model.</source>
        <translation>请指明是哪个模型。</translation>
    </message>
    <message>
        <source>There is nothing to bring back.</source>
        <translation>没有可以恢复的内容。</translation>
    </message>
    <message>
        <source>Only what “desk-llm models remove” removed comes back.</source>
        <translation>只能恢复由“desk-llm models remove”移除的模型。</translation>
    </message>
    <message>
        <source>Nobody is there to be asked.</source>
        <translation>无法询问：这里没有终端。</translation>
    </message>
    <message>
        <source>Give --yes.</source>
        <translation>请加上 --yes。</translation>
    </message>
    <message>
        <source>Perhaps a proxy or the server changes what it passes on.</source>
        <translation>可能是代理或服务器改动了传输的内容。</translation>
    </message>
    <message>
        <source>{host} sent the file encoded ({encoding}).</source>
        <translation>{host} 发送的文件经过了编码（{encoding}）。</translation>
    </message>
    <message>
        <source>{host} sent another part of the file than asked.</source>
        <translation>{host} 发送的不是所请求的那一段。</translation>
    </message>
    <message>
        <source>{host} has {found} bytes instead of {wanted}.</source>
        <translation>{host} 上的文件有 {found} 字节，而不是 {wanted} 字节。</translation>
    </message>
    <message>
        <source>The file may have changed: look at the model again.</source>
        <translation>文件可能已更新：请重新查看该模型。</translation>
    </message>
    <message>
        <source>The file on {host} changed meanwhile.</source>
        <translation>{host} 上的文件在下载期间发生了变化。</translation>
    </message>
    <message>
        <source>It is fetched anew.</source>
        <translation>将重新下载。</translation>
    </message>
    <message>
        <source>{host} has less of the file than was fetched already.</source>
        <translation>{host} 上的文件比已下载的部分还小。</translation>
    </message>
    <message>
        <source>{host} does not say how large the file is.</source>
        <translation>{host} 没有说明文件的大小。</translation>
    </message>
    <message>
        <source>{host} sent less of the file than announced.</source>
        <translation>{host} 发送的内容少于它声明的大小。</translation>
    </message>
    <message>
        <source>More came than the file has bytes.</source>
        <translation>收到的内容超出了文件大小。</translation>
    </message>
    <message>
        <source>The download failed in an unexpected way.</source>
        <translation>下载因意外错误而失败。</translation>
    </message>
    <message>
        <source>What came for “{file}” is no GGUF file.</source>
        <translation>收到的“{file}”不是 GGUF 文件。</translation>
    </message>
    <message>
        <source>Nothing of it was kept. Check the address.</source>
        <translation>内容已删除。请检查地址。</translation>
    </message>
    <message>
        <source>What came is kept: resume when there is room.</source>
        <translation>已下载的部分会保留：腾出空间后可继续。</translation>
    </message>
    <message>
        <source>“{file}” arrived damaged: its checksum is wrong.</source>
        <translation>“{file}”已损坏：校验和不符。</translation>
    </message>
    <message>
        <source>Nothing of it was kept. Try again, or another server.</source>
        <translation>损坏的内容已删除。请重试，或换一个服务器。</translation>
    </message>
    <message>
        <source>“{file}” is being fetched by another program.</source>
        <translation>另一个程序正在下载“{file}”。</translation>
    </message>
    <message>
        <source>This download goes on when that one has ended.</source>
        <translation>等它结束后，本下载会自动继续。</translation>
    </message>
    <message>
        <source>Not enough space in {folder}: {need} needed, {free} free.</source>
        <translation>“{folder}”空间不足：需要 {need}，可用 {free}。</translation>
    </message>
    <message>
        <source>Make room, or choose another models folder.</source>
        <translation>请腾出空间，或选择其他模型文件夹。</translation>
    </message>
    <message>
        <source>The disk is full: “{file}” cannot be written.</source>
        <translation>磁盘已满：无法写入“{file}”。</translation>
    </message>
    <message>
        <source>“{file}” cannot be written: {reason}.</source>
        <translation>无法写入“{file}”：{reason}。</translation>
    </message>
    <message>
        <source>Check the models folder, then resume.</source>
        <translation>请检查模型文件夹，然后继续下载。</translation>
    </message>
    <message>
        <source>“{title}” would overwrite what is being fetched.</source>
        <translation>“{title}”会覆盖正在下载的文件。</translation>
    </message>
    <message>
        <source>Cancel the other download of that name first.</source>
        <translation>请先取消同名的另一个下载。</translation>
    </message>
    <message>
        <source>“{name}” cannot be the name of a file.</source>
        <translation>“{name}”不能用作文件名。</translation>
    </message>
    <message>
        <source>The engine&apos;s calculation failed.</source>
        <translation>引擎计算失败。</translation>
    </message>
    <message>
        <source>{host} answered {status}, which was not expected.</source>
        <translation>{host} 返回了意外的状态 {status}。</translation>
    </message>
    <message>
        <source>{host} answered with a web page instead of data.</source>
        <translation>{host} 返回的是网页，而不是数据。</translation>
    </message>
    <message>
        <source>Perhaps this network wants you to log in first: open a page in your browser.</source>
        <translation>当前网络可能需要先登录：请在浏览器中打开任意网页。</translation>
    </message>
    <message>
        <source>“{name}” is gated, and your token does not open it.</source>
        <translation>“{name}”需要授权，你的访问令牌无权访问。</translation>
    </message>
    <message>
        <source>Request access on {page}, then try again.</source>
        <translation>请在 {page} 申请访问，然后重试。</translation>
    </message>
    <message>
        <source>“{name}” is gated: its makers let only some people in.</source>
        <translation>“{name}”需要授权：作者只允许部分用户访问。</translation>
    </message>
    <message>
        <source>Log in on {page}, request access, and put your token into the network settings.</source>
        <translation>请在 {page} 登录并申请访问，然后在网络设置中填写访问令牌。</translation>
    </message>
    <message>
        <source>{host} does not accept your token.</source>
        <translation>{host} 不接受你的访问令牌。</translation>
    </message>
    <message>
        <source>Put a new token into the network settings.</source>
        <translation>请在网络设置中填写新的访问令牌。</translation>
    </message>
    <message>
        <source>{host} does not let you in.</source>
        <translation>{host} 拒绝访问。</translation>
    </message>
    <message>
        <source>See {page}; a token may be needed in the network settings.</source>
        <translation>请查看 {page}；可能需要在网络设置中填写访问令牌。</translation>
    </message>
    <message>
        <source>{host} no longer has this file of “{name}”.</source>
        <translation>{host} 上已没有“{name}”的这个文件。</translation>
    </message>
    <message>
        <source>Look at the repository again: it may have changed.</source>
        <translation>请重新查看该仓库，它可能已更新。</translation>
    </message>
    <message>
        <source>{host} has no “{name}”, or it is private.</source>
        <translation>{host} 上没有“{name}”，或者它是私有的。</translation>
    </message>
    <message>
        <source>Check the name; private ones need a token in the settings.</source>
        <translation>请检查名称；私有仓库需要在设置中填写访问令牌。</translation>
    </message>
    <message>
        <source>{host} redirects without end.</source>
        <translation>{host} 无休止地重定向。</translation>
    </message>
    <message>
        <source>This address cannot be asked for.</source>
        <translation>无法访问这个地址。</translation>
    </message>
    <message>
        <source>The proxy did not connect to {host}.</source>
        <translation>代理未能连接到 {host}。</translation>
    </message>
    <message>
        <source>Check the proxy in the network settings.</source>
        <translation>请检查网络设置中的代理。</translation>
    </message>
    <message>
        <source>{host} stopped answering.</source>
        <translation>{host} 停止响应。</translation>
    </message>
    <message>
        <source>The connection to {host} broke off.</source>
        <translation>与 {host} 的连接中断了。</translation>
    </message>
    <message>
        <source>No protected connection to {host}: it was tampered with.</source>
        <translation>无法与 {host} 建立安全连接：连接被篡改。</translation>
    </message>
    <message>
        <source>A proxy, a virus scanner or a wrong clock can do this.</source>
        <translation>代理、杀毒软件或错误的系统时间都可能导致此问题。</translation>
    </message>
    <message>
        <source>{host} cannot be found: no network, or it is blocked.</source>
        <translation>找不到 {host}：没有网络，或它被屏蔽了。</translation>
    </message>
    <message>
        <source>{host} cannot be reached.</source>
        <translation>无法连接 {host}。</translation>
    </message>
    <message>
        <source>The list of recommended models cannot be read.</source>
        <translation>无法读取推荐模型列表。</translation>
    </message>
    <message>
        <source>Install the app again, or search for a model.</source>
        <translation>请重新安装应用，或直接搜索模型。</translation>
    </message>
    <message>
        <source>“{url}” is not the address of a server.</source>
        <translation>“{url}”不是服务器地址。</translation>
    </message>
    <message>
        <source>Write it like https://huggingface.co.</source>
        <translation>请按 https://huggingface.co 的格式填写。</translation>
    </message>
    <message>
        <source>{host} would send the file unprotected.</source>
        <translation>{host} 会以未加密的方式传输文件。</translation>
    </message>
    <message>
        <source>Use an address that begins with https://.</source>
        <translation>请使用以 https:// 开头的地址。</translation>
    </message>
    <message>
        <source>“{name}” is gated, and {host} never gets your token.</source>
        <translation>“{name}”需要授权，而你的访问令牌绝不会发送给 {host}。</translation>
    </message>
    <message>
        <source>Choose huggingface.co as the model server; see {page}.</source>
        <translation>请将模型服务器改为 huggingface.co；详见 {page}。</translation>
    </message>
    <message>
        <source>{host} offers no GGUF models.</source>
        <translation>{host} 不提供 GGUF 模型。</translation>
    </message>
    <message>
        <source>{host} sent something else than the file.</source>
        <translation>{host} 发来的不是所请求的文件。</translation>
    </message>
    <message>
        <source>The cache folder cannot be written: {reason}.</source>
        <translation>无法写入缓存文件夹：{reason}。</translation>
    </message>
    <message>
        <source>Check its permissions and free space.</source>
        <translation>请检查其权限和可用空间。</translation>
    </message>
    <message>
        <source>{host} redirects to a bad address: {url}.</source>
        <translation>{host} 重定向到了无效的地址：{url}。</translation>
    </message>
    <message>
        <source>{host} redirects into the network around you: {url}.</source>
        <translation>{host} 重定向到了你的本地网络：{url}。</translation>
    </message>
    <message>
        <source>{host} redirects to an unprotected address: {url}.</source>
        <translation>{host} 重定向到了未加密的地址：{url}。</translation>
    </message>
    <message>
        <source>This was not followed. Choose another model server.</source>
        <translation>已停止跳转。请选择其他模型服务器。</translation>
    </message>
    <message>
        <source>The proxy of the settings cannot be used.</source>
        <translation>设置中的代理无法使用。</translation>
    </message>
    <message>
        <source>Write it like http://host:port or socks5://host:port, or leave it empty.</source>
        <translation>请按 http://主机:端口 或 socks5://主机:端口 的格式填写，或留空。</translation>
    </message>
    <message>
        <source>The proxy of this system cannot be used ({where}).</source>
        <translation>系统代理无法使用（{where}）。</translation>
    </message>
    <message>
        <source>Set a proxy in the network settings, like socks5://host:port.</source>
        <translation>请在网络设置中填写代理，例如 socks5://主机:端口。</translation>
    </message>
    <message>
        <source>“{name}” is not the address of a GGUF file.</source>
        <translation>“{name}”不是 GGUF 文件的地址。</translation>
    </message>
    <message>
        <source>It must end in .gguf.</source>
        <translation>地址必须以 .gguf 结尾。</translation>
    </message>
    <message>
        <source>“{name}” ends in something that is no SHA-256 digest.</source>
        <translation>“{name}”末尾的内容不是 SHA-256 校验值。</translation>
    </message>
    <message>
        <source>Write it like #sha256= and 64 digits from 0 to f.</source>
        <translation>请写成 #sha256= 加 64 位十六进制数字。</translation>
    </message>
    <message>
        <source>“{name}” is not a name of a model to download.</source>
        <translation>“{name}”不是可下载的模型名称。</translation>
    </message>
    <message>
        <source>Write owner/repository:QUANT, ollama:model:tag, or the address of a file.</source>
        <translation>请填写 作者/仓库:量化、ollama:模型:标签，或文件地址。</translation>
    </message>
    <message>
        <source>{host} changes the file on its way.</source>
        <translation>{host} 在传输途中改动了文件。</translation>
    </message>
    <message>
        <source>Check the connection and the proxy, or choose another model server in the settings.</source>
        <translation>请检查网络连接和代理，或在设置中选择其他模型服务器。</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>请稍后重试。</translation>
    </message>
    <message>
        <source>The app is set to stay offline.</source>
        <translation>应用已设为离线。</translation>
    </message>
    <message>
        <source>Switch “Offline” off in the network settings.</source>
        <translation>请在网络设置中关闭“离线”。</translation>
    </message>
    <message>
        <source>{host} is busy and answered {status}.</source>
        <translation>{host} 繁忙，返回了 {status}。</translation>
    </message>
    <message>
        <source>The header of “{name}” does not end.</source>
        <translation>“{name}”的文件头没有结尾。</translation>
    </message>
    <message>
        <source>{host} answers too slowly.</source>
        <translation>{host} 响应太慢。</translation>
    </message>
    <message>
        <source>{host} sends other bytes of “{name}” than were asked for.</source>
        <translation>{host} 发来的“{name}”数据与请求的不符。</translation>
    </message>
    <message>
        <source>Choose another model server in the settings.</source>
        <translation>请在设置中选择其他模型服务器。</translation>
    </message>
    <message>
        <source>The server says nothing sensible about “{file}”.</source>
        <translation>服务器提供的“{file}”信息无效。</translation>
    </message>
    <message>
        <source>{host} answered far more than was asked for.</source>
        <translation>{host} 返回的内容远超请求。</translation>
    </message>
    <message>
        <source>{host} gave an answer that makes no sense.</source>
        <translation>{host} 的响应无法理解。</translation>
    </message>
    <message>
        <source>Two files of “{name}” would get the same name.</source>
        <translation>“{name}”中有两个文件会重名。</translation>
    </message>
    <message>
        <source>“{name}” has no GGUF files.</source>
        <translation>“{name}”中没有 GGUF 文件。</translation>
    </message>
    <message>
        <source>The server names a file that cannot be saved: “{file}”.</source>
        <translation>服务器给出的文件名无法保存：“{file}”。</translation>
    </message>
    <message>
        <source>This is not an access token.</source>
        <translation>这不是访问令牌。</translation>
    </message>
    <message>
        <source>Tokens of Hugging Face begin with “hf_”.</source>
        <translation>Hugging Face 的访问令牌以“hf_”开头。</translation>
    </message>
    <message>
        <source>A token is never sent to {host}.</source>
        <translation>访问令牌绝不会发送给 {host}。</translation>
    </message>
    <message>
        <source>It belongs to huggingface.co or your own server.</source>
        <translation>它只属于 huggingface.co 或你自己的服务器。</translation>
    </message>
    <message>
        <source>The token cannot be saved: {reason}.</source>
        <translation>无法保存访问令牌：{reason}。</translation>
    </message>
    <message>
        <source>A newer question took the place of this one.</source>
        <translation>有了更新的请求，这一次已作废。</translation>
    </message>
    <message>
        <source>The prediction met an unexpected problem.</source>
        <translation>预测时遇到意外问题。</translation>
    </message>
    <message>
        <source>“{file}” is no LoRA adapter.</source>
        <translation>“{file}”不是 LoRA 适配器。</translation>
    </message>
    <message>
        <source>“{file}” is an adapter that works behind certain words only (aLoRA).</source>
        <translation>“{file}”是只在特定词语之后起作用的适配器（aLoRA）。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: its strength is no number.</source>
        <translation>“{file}”已损坏：其强度不是数字。</translation>
    </message>
    <message>
        <source>The LoRA adapter “{file}” was made for another model.</source>
        <translation>LoRA 适配器“{file}”是为另一个模型制作的。</translation>
    </message>
    <message>
        <source>“{file}” is damaged: half of a matrix is missing.</source>
        <translation>“{file}”已损坏：缺少半个矩阵。</translation>
    </message>
    <message>
        <source>Choose a GGUF file of a LoRA adapter.</source>
        <translation>请选择 LoRA 适配器的 GGUF 文件。</translation>
    </message>
    <message>
        <source>The name cannot be saved: {reason}.</source>
        <translation>无法保存名称：{reason}。</translation>
    </message>
    <message>
        <source>Free some space, or check the permissions of the data folder.</source>
        <translation>请释放一些空间，或检查数据文件夹的权限。</translation>
    </message>
    <message>
        <source>The search was cancelled.</source>
        <translation>搜索已取消。</translation>
    </message>
    <message>
        <source>The copy of “{file}” is not what was written.</source>
        <translation>“{file}”的副本与写入的内容不一致。</translation>
    </message>
    <message>
        <source>Check the disk. The models are where they were.</source>
        <translation>请检查磁盘。模型仍在原处。</translation>
    </message>
    <message>
        <source>The models stay where they were.</source>
        <translation>模型仍在原处。</translation>
    </message>
    <message>
        <source>The models cannot be moved to {folder}: {reason}.</source>
        <translation>无法将模型移动到 {folder}：{reason}。</translation>
    </message>
    <message>
        <source>They are where they were. Choose another folder.</source>
        <translation>模型仍在原处。请选择其他文件夹。</translation>
    </message>
    <message>
        <source>“{file}” is in use.</source>
        <translation>“{file}”正在使用中。</translation>
    </message>
    <message>
        <source>Unload all models and pause all downloads, then move the folder.</source>
        <translation>请先卸载所有模型并暂停所有下载，再移动文件夹。</translation>
    </message>
    <message>
        <source>The models are in this folder already.</source>
        <translation>模型已经在这个文件夹里了。</translation>
    </message>
    <message>
        <source>Choose a folder that is neither inside nor around it.</source>
        <translation>请选择既不在其中、也不包含它的文件夹。</translation>
    </message>
    <message>
        <source>{need} GB are needed there, {free} GB are free.</source>
        <translation>那里需要 {need} GB，可用空间为 {free} GB。</translation>
    </message>
    <message>
        <source>Choose a folder on another disk.</source>
        <translation>请选择其他磁盘上的文件夹。</translation>
    </message>
    <message>
        <source>There is already a “{file}” in the new folder.</source>
        <translation>新文件夹中已有“{file}”。</translation>
    </message>
    <message>
        <source>Choose an empty folder.</source>
        <translation>请选择一个空文件夹。</translation>
    </message>
    <message>
        <source>“{file}” is an Ollama-only file: llama.cpp cannot load it.</source>
        <translation>“{file}”是 Ollama 专用文件：llama.cpp 无法加载。</translation>
    </message>
    <message>
        <source>Download a GGUF version of this model in Discover.</source>
        <translation>请在“发现”中下载该模型的 GGUF 版本。</translation>
    </message>
    <message>
        <source>{model} belongs to the app and stays.</source>
        <translation>{model} 属于本应用，不会被移除。</translation>
    </message>
    <message>
        <source>{model} belongs to another app and is not touched.</source>
        <translation>{model} 属于其他应用，不会改动。</translation>
    </message>
    <message>
        <source>Remove it in the app that brought it here.</source>
        <translation>请在下载它的应用中移除。</translation>
    </message>
    <message>
        <source>“{file}” cannot be removed: {reason}.</source>
        <translation>无法移除“{file}”：{reason}。</translation>
    </message>
    <message>
        <source>Close programs that use it, or check its permissions.</source>
        <translation>请关闭正在使用它的程序，或检查它的权限。</translation>
    </message>
    <message>
        <source>It is still in the trash.</source>
        <translation>它仍在回收站中。</translation>
    </message>
    <message>
        <source>Another “{file}” is there now.</source>
        <translation>那里现在有另一个“{file}”。</translation>
    </message>
    <message>
        <source>“{file}” cannot be brought back: {reason}.</source>
        <translation>无法恢复“{file}”：{reason}。</translation>
    </message>
    <message>
        <source>“{file}” cannot guess for this model: it knows {draft} words instead of {count}.</source>
        <translation>“{file}”无法为此模型猜测：它的词表有 {draft} 个词，而非 {count} 个。</translation>
    </message>
    <message>
        <source>This is no Modelfile.</source>
        <translation>这不是 Modelfile。</translation>
    </message>
    <message>
        <source>The Modelfile names {count} models; it must be one.</source>
        <translation>Modelfile 指向了 {count} 个模型，只能是一个。</translation>
    </message>
    <message>
        <source>Line {line} of the Modelfile: “{name}” is not on this disk.</source>
        <translation>Modelfile 第 {line} 行：“{name}”不在本机磁盘上。</translation>
    </message>
    <message>
        <source>Download it first, or let FROM name a GGUF file.</source>
        <translation>请先下载它，或让 FROM 指向一个 GGUF 文件。</translation>
    </message>
    <message>
        <source>Line {line} of the Modelfile: there is no GGUF file “{path}”.</source>
        <translation>Modelfile 第 {line} 行：没有 GGUF 文件“{path}”。</translation>
    </message>
    <message>
        <source>Line {line} of the Modelfile: the adapter “{adapter}” cannot be used.</source>
        <translation>Modelfile 第 {line} 行：适配器“{adapter}”无法使用。</translation>
    </message>
    <message>
        <source>The Modelfile names no model.</source>
        <translation>Modelfile 没有指明模型。</translation>
    </message>
    <message>
        <source>It needs a line “FROM” with a file or a model.</source>
        <translation>它需要一行“FROM”，后面写文件或模型。</translation>
    </message>
    <message>
        <source>Line {line} of the Modelfile: “{word}” is no command.</source>
        <translation>Modelfile 第 {line} 行：“{word}”不是指令。</translation>
    </message>
    <message>
        <source>The commands are {words}.</source>
        <translation>可用的指令有：{words}。</translation>
    </message>
    <message>
        <source>Line {line} of the Modelfile: a message is from {roles}.</source>
        <translation>Modelfile 第 {line} 行：消息的角色只能是 {roles}。</translation>
    </message>
    <message>
        <source>Line {line} of the Modelfile: “{word}” is no name of a parameter.</source>
        <translation>Modelfile 第 {line} 行：“{word}”不是参数名。</translation>
    </message>
    <message>
        <source>Line {line} of the Modelfile: the quotation marks of {name} never end.</source>
        <translation>Modelfile 第 {line} 行：{name} 的引号没有结束。</translation>
    </message>
    <message>
        <source>Line {line} of the Modelfile: {name} has no value.</source>
        <translation>Modelfile 第 {line} 行：{name} 没有值。</translation>
    </message>
    <message>
        <source>A Modelfile cannot hold this text of {name}: “{text}”.</source>
        <translation>Modelfile 无法容纳 {name} 的这段文字：“{text}”。</translation>
    </message>
    <message>
        <source>No line of it may end with three quotation marks.</source>
        <translation>其中任何一行都不能以三个引号结尾。</translation>
    </message>
    <message>
        <source>There is no GGUF file or folder among them.</source>
        <translation>其中没有 GGUF 文件或文件夹。</translation>
    </message>
    <message>
        <source>Models are files whose names end in .gguf.</source>
        <translation>模型是名称以 .gguf 结尾的文件。</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
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
        <source>More model folders</source>
        <translation>更多模型文件夹</translation>
    </message>
    <message>
        <source>Folders with models that are used where they are.</source>
        <translation>其中的模型就地使用的文件夹。</translation>
    </message>
    <message>
        <source>Show models of other apps</source>
        <translation>显示其他应用的模型</translation>
    </message>
    <message>
        <source>Those of the Hugging Face cache, llama.cpp, LM Studio and Ollama are used where they are, and never changed.</source>
        <translation>Hugging Face 缓存、llama.cpp、LM Studio 和 Ollama 的模型会在原处使用，绝不改动。</translation>
    </message>
    <message>
        <source>Model for new chats</source>
        <translation>新对话使用的模型</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
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
        <source>Unload after</source>
        <translation>闲置后卸载</translation>
    </message>
    <message>
        <source>A model that wrote nothing for so long gives its memory back. 0: never.</source>
        <translation>模型闲置这么久后会释放内存。0：从不。</translation>
    </message>
    <message>
        <source>CPU threads</source>
        <translation>CPU 线程数</translation>
    </message>
    <message>
        <source>Automatic: one per core, fewer while other programs need them.</source>
        <translation>自动：每个核心一个线程，其他程序占用核心时减少。</translation>
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
        <source>Precision of the KV cache</source>
        <translation>KV 缓存精度</translation>
    </message>
    <message>
        <source>Q8_0 halves the memory of a context and reads prompts more slowly. Automatic: F16 where it fits.</source>
        <translation>Q8_0 使上下文占用的内存减半，但读取提示更慢。自动：放得下时使用 F16。</translation>
    </message>
    <message>
        <source>Layers with experts in RAM</source>
        <translation>专家留在内存中的层数</translation>
    </message>
    <message>
        <source>For mixture-of-experts models that do not fit on the GPU. 0: as few as needed.</source>
        <translation>用于显存放不下的混合专家模型。0：按需要尽量少。</translation>
    </message>
    <message>
        <source>Split between GPUs</source>
        <translation>GPU 之间的分配</translation>
    </message>
    <message>
        <source>Shares like “3,1”, one per GPU. Empty: by their free memory.</source>
        <translation>份额，例如“3,1”，每个 GPU 一个。留空：按可用显存分配。</translation>
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
        <source>Keep the model in memory</source>
        <translation>将模型锁定在内存中</translation>
    </message>
    <message>
        <source>The system may not page it out, even when other programs need room.</source>
        <translation>即使其他程序需要内存，系统也不会把它换出。</translation>
    </message>
    <message>
        <source>Guess repeated text</source>
        <translation>预测重复的文字</translation>
    </message>
    <message>
        <source>Text that occurred before is checked many tokens at a time: faster for code and rewriting, and never another result.</source>
        <translation>出现过的文字会一次核对多个词元：写代码和改写时更快，结果不变。</translation>
    </message>
    <message>
        <source>Disk space for read chats</source>
        <translation>已读对话的磁盘空间</translation>
    </message>
    <message>
        <source>In MB. What the model has read of a chat is kept, so that it need not be read again after a restart. 0: nothing is kept.</source>
        <translation>单位为 MB。模型已读过的对话内容会保存下来，重启后无需重新读取。0：不保存。</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关</translation>
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
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>The same seed and question give the same reply. Random: another one every time.</source>
        <translation>相同的种子和问题给出相同的回复。随机：每次都不同。</translation>
    </message>
    <message>
        <source>Repeat penalty window</source>
        <translation>重复惩罚窗口</translation>
    </message>
    <message>
        <source>How many tokens back the penalties look. -1: the whole context. 0: none.</source>
        <translation>惩罚向前查看多少个词元。-1：整个上下文；0：不查看。</translation>
    </message>
    <message>
        <source>Frequency penalty</source>
        <translation>频率惩罚</translation>
    </message>
    <message>
        <source>Lowers a token a little more each time it was used.</source>
        <translation>词元每出现一次，其概率就再降低一些。</translation>
    </message>
    <message>
        <source>Presence penalty</source>
        <translation>存在惩罚</translation>
    </message>
    <message>
        <source>Lowers every token that was used at all.</source>
        <translation>降低所有已出现过的词元的概率。</translation>
    </message>
    <message>
        <source>DRY multiplier</source>
        <translation>DRY 强度</translation>
    </message>
    <message>
        <source>Stops the reply from repeating whole phrases. 0: off; 0.8 is usual.</source>
        <translation>防止回复重复整个短语。0：关闭；常用 0.8。</translation>
    </message>
    <message>
        <source>DRY base</source>
        <translation>DRY 底数</translation>
    </message>
    <message>
        <source>How fast DRY grows with the length of the repeated phrase.</source>
        <translation>DRY 惩罚随重复短语长度增长的速度。</translation>
    </message>
    <message>
        <source>DRY allowed length</source>
        <translation>DRY 允许长度</translation>
    </message>
    <message>
        <source>Phrases of up to this many tokens may repeat.</source>
        <translation>不超过这么多词元的短语可以重复。</translation>
    </message>
    <message>
        <source>DRY window</source>
        <translation>DRY 窗口</translation>
    </message>
    <message>
        <source>How many tokens back DRY looks. -1: the whole context.</source>
        <translation>DRY 向前查看多少个词元。-1：整个上下文。</translation>
    </message>
    <message>
        <source>XTC probability</source>
        <translation>XTC 概率</translation>
    </message>
    <message>
        <source>How often the likeliest tokens are left out, for surprising words. 0: never.</source>
        <translation>多大概率舍弃最可能的词元，使用词更出人意料。0：从不。</translation>
    </message>
    <message>
        <source>XTC threshold</source>
        <translation>XTC 阈值</translation>
    </message>
    <message>
        <source>Only tokens at least this likely are left out; the least likely of them stays.</source>
        <translation>只舍弃概率不低于此值的词元；其中概率最低的一个会保留。</translation>
    </message>
    <message>
        <source>Typical P</source>
        <translation>Typical P</translation>
    </message>
    <message>
        <source>Choose among the tokens that are about as surprising as expected. 1: off.</source>
        <translation>在意外程度接近预期的词元中选择。1：关闭。</translation>
    </message>
    <message>
        <source>Top n sigma</source>
        <translation>Top n sigma</translation>
    </message>
    <message>
        <source>Leave out tokens this many standard deviations below the likeliest. 0: off.</source>
        <translation>舍弃比最可能词元低这么多个标准差的词元。0：关闭。</translation>
    </message>
    <message>
        <source>Dynamic temperature range</source>
        <translation>动态温度范围</translation>
    </message>
    <message>
        <source>The temperature moves by so much: down where the model is sure, else up.</source>
        <translation>温度的浮动幅度：模型有把握时降低，否则升高。</translation>
    </message>
    <message>
        <source>Dynamic temperature exponent</source>
        <translation>动态温度指数</translation>
    </message>
    <message>
        <source>Above 1 the temperature stays low for longer.</source>
        <translation>大于 1 时温度更多地保持在低位。</translation>
    </message>
    <message>
        <source>Adaptive P target</source>
        <translation>Adaptive P 目标</translation>
    </message>
    <message>
        <source>Prefer tokens of about this probability, on average. 0: off.</source>
        <translation>平均而言偏好概率接近此值的词元。0：关闭。</translation>
    </message>
    <message>
        <source>Adaptive P decay</source>
        <translation>Adaptive P 衰减</translation>
    </message>
    <message>
        <source>How long adaptive P remembers: 0.9 is about ten tokens.</source>
        <translation>Adaptive P 的记忆长度：0.9 约为十个词元。</translation>
    </message>
    <message>
        <source>Keeps the reply equally surprising; replaces top K, top P and min P.</source>
        <translation>使回复的意外程度保持一致；取代 Top K、Top P 和 Min P。</translation>
    </message>
    <message>
        <source>Mirostat target</source>
        <translation>Mirostat 目标</translation>
    </message>
    <message>
        <source>How surprising: lower is more focused.</source>
        <translation>意外程度：越低越集中。</translation>
    </message>
    <message>
        <source>Mirostat rate</source>
        <translation>Mirostat 速率</translation>
    </message>
    <message>
        <source>How fast Mirostat corrects itself.</source>
        <translation>Mirostat 自我校正的速度。</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>The app asks no server for anything.</source>
        <translation>应用不会访问任何服务器。</translation>
    </message>
    <message>
        <source>Model server</source>
        <translation>模型服务器</translation>
    </message>
    <message>
        <source>Hugging Face, a mirror of it, or a server of your own.</source>
        <translation>Hugging Face、它的镜像，或你自己的服务器。</translation>
    </message>
    <message>
        <source>Known servers</source>
        <translation>已知服务器</translation>
    </message>
    <message>
        <source>Servers that can be chosen. They never get your token.</source>
        <translation>可供选择的服务器。它们不会收到你的访问令牌。</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Like http://host:port or socks5://host:port. Empty: as the system says.</source>
        <translation>例如 http://主机:端口 或 socks5://主机:端口。留空：跟随系统。</translation>
    </message>
    <message>
        <source>Downloads at the same time</source>
        <translation>同时下载数</translation>
    </message>
    <message>
        <source>Download limit</source>
        <translation>下载限速</translation>
    </message>
    <message>
        <source>Megabytes a second, all together. 0: no limit.</source>
        <translation>所有下载合计，单位 MB/秒。0：不限速。</translation>
    </message>
</context>
</TS>

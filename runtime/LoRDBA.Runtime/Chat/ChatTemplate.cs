using System.Text;
using LoRDBA.Runtime.Chat.Jinja;
using LoRDBA.Runtime.Chat.Jinja.Values;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;

namespace LoRDBA.Runtime.Chat;

/// <summary>
/// How a model wants a conversation written: the program in its file, run by <see cref="JinjaTemplate"/>, or ChatML,
/// <code>
/// &lt;|im_start|&gt;role\ncontent&lt;|im_end|&gt;\n  ...  &lt;|im_start|&gt;assistant\n
/// </code>
/// where that program cannot be read and the vocabulary has ChatML's marks. Immutable and thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private const string Key = "tokenizer.chat_template";

    /// <summary>Some models have a template of its own for conversations with tools.</summary>
    private const string ToolKey = "tokenizer.chat_template.tool_use";
    private const string ChatMlStart = "<|im_start|>", ChatMlEnd = "<|im_end|>";

    private const string ChatMl =
        "{% for message in messages %}{{ '" + ChatMlStart + "' + message.role + '\n' + (message.content or '') + '" + ChatMlEnd + "\n' }}{% endfor %}" +
        "{% if add_generation_prompt %}{{ '" + ChatMlStart + "assistant\n' }}{% endif %}";

    private readonly JinjaTemplate template;
    private readonly JinjaTemplate? toolTemplate;
    private readonly Vocabulary vocabulary;
    private readonly Lazy<int?> turnEnd;

    private ChatTemplate(JinjaTemplate template, JinjaTemplate? toolTemplate, Vocabulary vocabulary, bool isOwn, string? notice)
    {
        (this.template, this.toolTemplate, this.vocabulary, IsOwn, Notice) = (template, toolTemplate, vocabulary, isOwn, notice);
        turnEnd = new(FindTurnEnd);
    }

    /// <summary>Whether it is the model's own template; if not, it is ChatML.</summary>
    public bool IsOwn { get; }

    /// <summary>
    /// For a person to read: why the model's own template is not used, or why it did not work for a conversation of one message; null if
    /// there is nothing to say.
    /// </summary>
    public string? Notice { get; }

    /// <summary>
    /// The token with which the template closes the model's turn, if it does: for <c>GenerationOptions.EndTokens</c>, because not every
    /// file tells it elsewhere.
    /// </summary>
    public IReadOnlyList<int> EndTokens => turnEnd.Value is { } id ? [id] : [];

    /// <summary>Whether a model has a chat template, working or not.</summary>
    public static bool IsIn(GgufFile file) => file.Metadata.Contains(Key);

    /// <summary>
    /// The chat template of a model; ChatML in its place if it is not well-formed or uses what is not supported. It is tried out on a
    /// conversation of one message, but not judged by that: a template may ask for more. <see cref="Notice"/> tells why it failed, and a
    /// conversation for which it fails is refused when it is rendered.
    /// </summary>
    /// <param name="file">The model.</param>
    /// <param name="vocabulary">Its vocabulary.</param>
    /// <param name="options">What conversations will be rendered with, so that the trial has the same; null: the system's clock.</param>
    /// <exception cref="ChatTemplateException">The model has no template; or it cannot be read, and the vocabulary has no marks for
    /// ChatML.</exception>
    /// <exception cref="GgufException">The template is no text.</exception>
    public static ChatTemplate FromGguf(GgufFile file, Vocabulary vocabulary, ChatOptions? options = null)
    {
        try
        {
            var template = JinjaTemplate.Parse(file.Name, Text(file));
            var toolTemplate = ParseToolTemplate(file, out var notice);
            var own = new ChatTemplate(template, toolTemplate, vocabulary, isOwn: true, notice);
            return own.Try(options ?? new() { Clock = TimeProvider.System }) is { } failure
                ? new(template, toolTemplate, vocabulary, isOwn: true, $"{failure} That was a conversation of one message; it may work for another.")
                : own;
        }
        catch (ChatTemplateException e) when (e.Error != ChatTemplateError.Missing)
        {
            if (HasChatMlMarks(vocabulary)) return OfChatMl(vocabulary, $"{e.Message} Conversations are written as ChatML instead.");
            throw new ChatTemplateException(e.Error, $"{e.Message} The vocabulary lacks the marks of ChatML, which could take its place: write the template's marks into the prompt yourself.", e.Line);
        }
    }

    /// <summary>
    /// The template for one prompt and its completion, as adapters are trained with: plain ChatML, without the system message that a template
    /// may begin with by itself, where the model's own template writes ChatML's marks; else as <see cref="FromGguf"/>.
    /// </summary>
    /// <inheritdoc cref="FromGguf" path="/exception"/>
    public static ChatTemplate ForSamples(GgufFile file, Vocabulary vocabulary) =>
        HasChatMlMarks(vocabulary) && Text(file) is var text && text.Contains(ChatMlStart) && text.Contains(ChatMlEnd)
            ? OfChatMl(vocabulary, notice: null)
            : FromGguf(file, vocabulary);

    /// <summary>Writes out a conversation. Marks are special tokens only where the template wrote them.</summary>
    /// <param name="messages">The messages, the oldest first.</param>
    /// <param name="options">How; null: with the beginning of the answer, and nothing else.</param>
    /// <exception cref="ChatTemplateException">The template does not work for this conversation, refuses it, or uses up its budget.</exception>
    public PromptText Render(IReadOnlyList<ChatMessage> messages, ChatOptions? options = null)
    {
        options ??= new ChatOptions();
        return (options.Tools is null ? template : toolTemplate ?? template).Render(Variables(messages, options), options.Clock);
    }

    /// <summary>A user's message and the whole answer to it as tokens. Both are encoded apart, as they are when the answer is yet to be written.</summary>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="prompt">What the user says.</param>
    /// <param name="completion">The answer; the token that ends it is added.</param>
    /// <exception cref="ChatTemplateException">The template does not work for this message.</exception>
    public (int[] Prompt, int[] Completion) EncodeSample(Tokenizer tokenizer, string prompt, string completion)
    {
        int[] answer = tokenizer.Encode(completion, parseSpecial: false);
        var end = turnEnd.Value ?? vocabulary.TurnEndId;
        return (tokenizer.EncodePrompt(Render([new("user", prompt)])), end is { } mark ? [.. answer, mark] : answer);
    }

    private IEnumerable<KeyValuePair<string, Value>> Variables(IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        yield return new("messages", new ListValue([.. messages.Select(message => message.Fields)]));
        yield return new("add_generation_prompt", BoolValue.Of(options.AddGenerationPrompt));
        // Templates ask for tools being none, as Hugging Face passes them.
        yield return new("tools", options.Tools is { } tools ? JsonReader.Read(tools) : NoneValue.Instance);
        yield return new("documents", NoneValue.Instance);
        if (vocabulary.BosId is { } bos) yield return new("bos_token", Mark(bos));
        if (vocabulary.EosId is { } eos) yield return new("eos_token", Mark(eos));
        if (options.Variables is not { } more) yield break;
        foreach (var (key, value) in JsonReader.ReadMap(more).Entries) yield return new(key.Chars, value);
    }

    private TextValue Mark(int id) => TextValue.Trusted(Encoding.UTF8.GetString(vocabulary.Bytes(id)));

    /// <summary>The template for conversations with tools; where it cannot be read, these use the other one.</summary>
    private static JinjaTemplate? ParseToolTemplate(GgufFile file, out string? notice)
    {
        notice = null;
        if (!file.Metadata.TryGetString(ToolKey, out var text)) return null;
        try
        {
            return JinjaTemplate.Parse(file.Name, text);
        }
        catch (ChatTemplateException e)
        {
            notice = $"{e.Message} That was {ToolKey}; conversations with tools are written by {Key}.";
            return null;
        }
    }

    /// <summary>What goes wrong with a conversation of one message; null if nothing does.</summary>
    private string? Try(ChatOptions options)
    {
        try
        {
            Render([new("user", "Hello")], options);
            return null;
        }
        catch (ChatTemplateException e)
        {
            // A template that refuses this conversation works, and may take another one.
            return e.Error == ChatTemplateError.Raised ? null : e.Message;
        }
    }

    /// <summary>The mark that the template writes behind an answer, white space aside.</summary>
    private int? FindTurnEnd()
    {
        const string question = "Hello", answer = "Good morning";
        string text;
        try
        {
            text = Render([new("user", question), new("assistant", answer)], new() { AddGenerationPrompt = false, Clock = TimeProvider.System }).Text;
        }
        catch (ChatTemplateException)
        {
            // Such a conversation is not what it takes: it tells nothing, and the ends that are known by name remain.
            return null;
        }
        var at = text.LastIndexOf(answer, StringComparison.Ordinal);
        if (at < 0) return null;
        var behind = Encoding.UTF8.GetBytes(text[(at + answer.Length)..].TrimStart());
        return new SpecialTokens(vocabulary).TryFind(behind, new bool[behind.Length], out var start, out var id) && start == 0 ? id : null;
    }

    private static ChatTemplate OfChatMl(Vocabulary vocabulary, string? notice) => new(JinjaTemplate.Parse("ChatML", ChatMl), toolTemplate: null, vocabulary, isOwn: false, notice);

    private static string Text(GgufFile file)
    {
        if (!IsIn(file))
            throw new ChatTemplateException(ChatTemplateError.Missing, $"{file.Name}: the model has no chat template ({Key}), so it was not trained to chat. Run it without --chat.");
        return file.Metadata.GetString(Key);
    }

    private static bool HasChatMlMarks(Vocabulary vocabulary) => vocabulary.FindMark(ChatMlStart) is not null && vocabulary.FindMark(ChatMlEnd) is not null;
}

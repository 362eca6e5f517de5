using System.Text;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// Corrects the types of tokens by their names, because many files have them wrong. Where a name is known, the name decides:
/// <code>
/// &lt;0x0A&gt;  in a SentencePiece vocabulary                            Byte
/// &lt;|im_end|&gt;  and the other names of ends                         Control
/// &lt;|so|&gt;    a Normal token that is written like this               Control
/// &lt;so&gt;, [SO]  a Normal token that the chat template writes        Control; UserDefined if an application reads it
/// </code>
/// </summary>
internal static class MarkNames
{
    private const string TemplateKey = "tokenizer.chat_template";

    /// <summary>Marks that end a generation whatever their type, as the files of these models spell them.</summary>
    private static readonly byte[][] Ends = Utf8(
        "<|endoftext|>",                // GPT-2, Qwen
        "<|im_end|>",                   // ChatML
        "<|end_of_text|>",              // Llama 3, granite
        "<|eot_id|>",                   // Llama 3
        "<|eom_id|>",                   // Llama 3, before a tool's answer
        "<|end|>",                      // Phi 3
        "<end_of_turn>",                // Gemma
        "<end_of_utterance>",           // SmolVLM
        "<EOT>", "_<EOT>", "▁<EOT>",    // Code Llama
        "[EOT]",                        // Kimi
        "<|return|>", "<|call|>",       // Harmony
        "<|END_OF_TURN_TOKEN|>",        // Command R
        "<｜end▁of▁sentence｜>");        // DeepSeek

    /// <summary>Marks inside of an answer, which applications read: they are shown.</summary>
    private static readonly byte[][] Shown = Utf8("<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<tools>", "</tools>");

    /// <summary>Whether a mark of this name ends a generation.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> name) => IsIn(Ends, name);

    /// <summary>Corrects <paramref name="types"/>, one for each of <paramref name="tokens"/>.</summary>
    public static void Correct(GgufMetadata metadata, GgufStringArray tokens, TokenType[] types, VocabularyKind kind)
    {
        var template = metadata.Contains(TemplateKey) && metadata[TemplateKey] is { Type: GgufValueType.String } value ? value.Text : [];
        var id = 0;
        foreach (var token in tokens)
        {
            ref var type = ref types[id++];
            if (kind == VocabularyKind.SentencePiece && SpaceMark.TryReadByte(token, out _)) type = TokenType.Byte;
            else if (type == TokenType.Control) continue;
            else if (IsEnd(token)) type = TokenType.Control;
            else if (type != TokenType.Normal) continue;
            else if (IsBarred(token)) type = TokenType.Control;
            else if (IsBracketed(token) && template.IndexOf(token) >= 0) type = IsIn(Shown, token) ? TokenType.UserDefined : TokenType.Control;
        }
    }

    /// <summary>Whether a token is written <c>&lt;|so|&gt;</c>.</summary>
    public static bool IsBarred(ReadOnlySpan<byte> token) =>
        token.Length > 4 && token.StartsWith("<|"u8) && token.EndsWith("|>"u8) && !token[2..^2].ContainsAny(" <>"u8);

    /// <summary>Whether a token is written <c>&lt;so&gt;</c> or <c>[SO]</c>; small letters in square brackets are code.</summary>
    private static bool IsBracketed(ReadOnlySpan<byte> token)
    {
        if (token.Length < 3 || token[1..^1].ContainsAny(" <>[]"u8)) return false;
        return token[0] == '<' && token[^1] == '>' || token[0] == '[' && token[^1] == ']' && !token.ContainsAnyExceptInRange((byte)'/', (byte)']') && token.ContainsAnyInRange((byte)'A', (byte)'Z');
    }

    private static bool IsIn(byte[][] names, ReadOnlySpan<byte> token)
    {
        foreach (var name in names)
            if (token.SequenceEqual(name)) return true;
        return false;
    }

    private static byte[][] Utf8(params string[] names) => [.. names.Select(Encoding.UTF8.GetBytes)];
}

using System.Text;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The tokens of a model, copied out of its GGUF file. The spelling of its kind is undone: the <see cref="ByteAlphabet"/>, or
/// SentencePiece's <see cref="SpaceMark"/>. All bytes lie in one buffer, so 10^5 tokens are three objects:
/// <code>
/// bytes   | token 0 | token 1 |  ...  | token n-1 |
/// starts  0         s1        s2      s(n-1)      s(n)
/// types   t0        t1        ...
/// </code>
/// </summary>
public sealed class Vocabulary
{
    internal const string TokensKey = "tokenizer.ggml.tokens";
    private const string ModelKey = "tokenizer.ggml.model";
    private const string TypesKey = "tokenizer.ggml.token_type";
    private const string AddBosKey = "tokenizer.ggml.add_bos_token";
    private const string AddEosKey = "tokenizer.ggml.add_eos_token";
    private const string AddSpacePrefixKey = "tokenizer.ggml.add_space_prefix";

    private readonly byte[] bytes;
    private readonly int[] starts;
    private readonly TokenType[] types;
    private readonly int[] ends;
    private readonly List<string> notices = [];

    private Vocabulary(GgufMetadata metadata, VocabularyKind kind, byte[] bytes, int[] starts, TokenType[] types)
    {
        Kind = kind;
        (this.bytes, this.starts, this.types) = (bytes, starts, types);
        TokenizerKeys.Check(metadata, notices);
        BosId = SpecialId(metadata, "tokenizer.ggml.bos_token_id");
        EosId = SpecialId(metadata, "tokenizer.ggml.eos_token_id");
        EotId = SpecialId(metadata, "tokenizer.ggml.eot_token_id");
        UnknownId = FindUnknown(SpecialId(metadata, "tokenizer.ggml.unknown_token_id"));
        AddBos = BosId is not null && (metadata.Contains(AddBosKey) ? metadata.GetBool(AddBosKey, false) : IsBosUsual(metadata));
        AddEos = EosId is not null && metadata.GetBool(AddEosKey, false);
        AddSpacePrefix = kind == VocabularyKind.SentencePiece && metadata.GetBool(AddSpacePrefixKey, true);
        ends = FindEnds(SpecialId(metadata, "tokenizer.ggml.eom_token_id"));
    }

    /// <summary>Reads the vocabulary of a model.</summary>
    /// <exception cref="TokenizerException">It is of another kind, a key asks for what is not done, its arrays differ in length, or a
    /// type is out of range.</exception>
    /// <exception cref="GgufException">A key is absent or of a wrong type.</exception>
    public static Vocabulary FromGguf(GgufFile file)
    {
        var metadata = file.Metadata;
        var kind = metadata.GetString(ModelKey) switch
        {
            "gpt2" => VocabularyKind.ByteLevel,
            "llama" => VocabularyKind.SentencePiece,
            var other => throw new TokenizerException(TokenizerError.UnsupportedVocabulary, ModelKey,
                $"vocabularies of the kind \"{other}\" are not supported; gpt2 (byte-level BPE) and llama (SentencePiece) are. Use a model with one of these."),
        };

        var tokens = metadata.GetStringArray(TokensKey);
        if (tokens.Count == 0) throw new TokenizerException(TokenizerError.DamagedVocabulary, TokensKey, "the vocabulary is empty. The file is incomplete.");
        if (metadata.Contains(TokenScores.Key)) TokenScores.Read(metadata, tokens.Count);
        var types = ReadTypes(metadata, tokens.Count);
        MarkNames.Correct(metadata, tokens, types, kind);
        var bytes = ReadTokens(tokens, types, kind, out var starts);
        return new(metadata, kind, bytes, starts, types);
    }

    /// <summary>Number of tokens: ids are from 0 to this, exclusive.</summary>
    public int Count => types.Length;

    /// <summary>The token that begins a text, if the model has one.</summary>
    public int? BosId { get; }

    /// <summary>The token that ends a text, if the model has one.</summary>
    public int? EosId { get; }

    /// <summary>The token that ends a turn, if the model names one.</summary>
    public int? EotId { get; }

    /// <summary>Whether the model wants <see cref="BosId"/> before every text.</summary>
    public bool AddBos { get; }

    /// <summary>Where the file was read with a guess, one line each for a person to read.</summary>
    public IReadOnlyList<string> Notices => notices;

    /// <summary>The token that ends an answer: <see cref="EotId"/>, else that of a known family, else <see cref="EosId"/>.</summary>
    internal int? TurnEndId => EotId ?? FindMark("<|im_end|>") ?? FindMark("<|eot_id|>") ?? FindMark("<end_of_turn>") ?? EosId;

    /// <summary>What stands for a character that the vocabulary cannot express, if the model was trained with such a token.</summary>
    internal int? UnknownId { get; }

    /// <summary>
    /// Whether the model was trained with <see cref="EosId"/> behind every text. The flag is for makers of whole texts: no encoder
    /// adds that token, since a text that a model is to continue must not be ended.
    /// </summary>
    public bool AddEos { get; }

    /// <summary>How text becomes tokens.</summary>
    internal VocabularyKind Kind { get; }

    /// <summary>Whether a space is put before every text, and taken off again.</summary>
    internal bool AddSpacePrefix { get; }

    /// <summary>The bytes that a token stands for; they need not be whole UTF-8 characters.</summary>
    /// <exception cref="TokenizerException">There is no such token.</exception>
    public ReadOnlySpan<byte> Bytes(int id)
    {
        Check(id);
        return bytes.AsSpan(starts[id]..starts[id + 1]);
    }

    /// <summary>What a token is: what the file says, but where its name is known, what its name says.</summary>
    /// <exception cref="TokenizerException">There is no such token.</exception>
    public TokenType Type(int id)
    {
        Check(id);
        return types[id];
    }

    /// <summary>Whether a token is part of the text, and not a mark beside it.</summary>
    internal bool IsText(int id) => Type(id) is TokenType.Normal or TokenType.UserDefined or TokenType.Byte;

    /// <summary>Whether text behind a token begins anew: encoders cut there, whatever follows.</summary>
    internal bool IsSeparator(int id) => Type(id) is not (TokenType.Normal or TokenType.Byte);

    /// <summary>Whether a token ends a text or turn.</summary>
    internal bool IsEnd(int id) => ends.Contains(id);

    /// <summary>The mark of this name, if the vocabulary has it.</summary>
    internal int? FindMark(string name)
    {
        for (var id = 0; id < Count; id++)
            if (types[id] is TokenType.Control or TokenType.UserDefined && Ascii.Equals(Bytes(id), name)) return id;
        return null;
    }

    private void Check(int id)
    {
        if ((uint)id >= (uint)Count) throw new TokenizerException(TokenizerError.UnknownToken, "token id", $"{id} is not in the vocabulary, which has ids from 0 to {Count - 1}.");
    }

    private bool IsBosUsual(GgufMetadata metadata) => Kind == VocabularyKind.SentencePiece || PreTokenizer.Of(metadata).AddBos;

    private int? SpecialId(GgufMetadata metadata, string key)
    {
        if (!metadata.Contains(key)) return null;
        var id = metadata.GetInteger(key);
        if (id >= 0 && id < Count) return (int)id;
        // Converters write -1 for a token that the model does not have.
        notices.Add($"{key} is {id}, which is no token of the vocabulary. It is read as if it were absent.");
        return null;
    }

    /// <summary>A byte-level model may name the end of a text as its unknown token, which nothing in a text may become.</summary>
    private int? FindUnknown(int? named)
    {
        if (named is { } id && types[id] == TokenType.Unknown) return id;
        var first = Array.IndexOf(types, TokenType.Unknown);
        return first < 0 ? null : first;
    }

    private int[] FindEnds(int? eomId)
    {
        var found = new HashSet<int>();
        foreach (var given in (ReadOnlySpan<int?>)[EosId, EotId, eomId])
            if (given is { } id) found.Add(id);
        // In the Harmony format <|end|> ends one of several messages of an answer.
        var goesOn = FindMark("<|return|>") is not null && FindMark("<|call|>") is not null ? FindMark("<|end|>") : null;
        for (var id = 0; id < Count; id++)
            if (types[id] == TokenType.Control && id != goesOn && MarkNames.IsEnd(Bytes(id))) found.Add(id);
        return [.. found];
    }

    private static TokenType[] ReadTypes(GgufMetadata metadata, int count)
    {
        var types = new TokenType[count];
        Array.Fill(types, TokenType.Normal);
        if (!metadata.Contains(TypesKey)) return types;

        CheckLength(metadata, TypesKey, count);
        var numbers = metadata.GetArray<int>(TypesKey);
        for (var id = 0; id < count; id++)
        {
            if (numbers[id] is < 0 or > (int)TokenType.Byte)
                throw new TokenizerException(TokenizerError.DamagedVocabulary, TypesKey, $"token {id} has the type {numbers[id]}; types are from 0 to {(int)TokenType.Byte}. The file is damaged.");
            types[id] = (TokenType)numbers[id];
        }
        return types;
    }

    private static void CheckLength(GgufMetadata metadata, string key, int count)
    {
        if (metadata.Contains(key) && metadata[key].Count != count)
            throw new TokenizerException(TokenizerError.DamagedVocabulary, key, $"has {metadata[key].Count} entries, but {TokensKey} has {count}. The file is damaged.");
    }

    private static byte[] ReadTokens(GgufStringArray tokens, TokenType[] types, VocabularyKind kind, out int[] starts)
    {
        var total = 0L;
        foreach (var token in tokens) total += token.Length;
        if (total > Array.MaxLength) throw new TokenizerException(TokenizerError.VocabularyTooLarge, TokensKey, $"the tokens have {total} bytes together; at most {Array.MaxLength} are supported.");

        var bytes = new byte[total];
        starts = new int[tokens.Count + 1];
        var (id, end) = (0, 0);
        foreach (var token in tokens)
        {
            end += kind == VocabularyKind.ByteLevel ? ReadByteLevel(token, types[id], bytes.AsSpan(end)) : ReadSentencePiece(token, types[id], bytes.AsSpan(end), id);
            starts[++id] = end;
        }
        Array.Resize(ref bytes, end);
        return bytes;
    }

    /// <summary>Marks are not written in the alphabet, and neither is a token with a character outside of the alphabet.</summary>
    private static int ReadByteLevel(ReadOnlySpan<byte> token, TokenType type, Span<byte> room) =>
        type == TokenType.Normal && ByteAlphabet.TryDecode(token, room, out var length) ? length : Copy(token, room);

    private static int ReadSentencePiece(ReadOnlySpan<byte> token, TokenType type, Span<byte> room, int id)
    {
        if (type == TokenType.Normal) return SpaceMark.Undo(token, room);
        if (type != TokenType.Byte) return Copy(token, room);
        if (!SpaceMark.TryReadByte(token, out var value))
            throw new TokenizerException(TokenizerError.DamagedVocabulary, TokensKey, $"token {id} is to be a byte, but is not written <0x00> to <0xFF>. The file is damaged.");
        room[0] = value;
        return 1;
    }

    private static int Copy(ReadOnlySpan<byte> token, Span<byte> room)
    {
        token.CopyTo(room);
        return token.Length;
    }
}

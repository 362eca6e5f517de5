using System.Buffers;

namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The tokens that are found in a text as they are, before it is cut into pieces: marks (control and unknown tokens, and user-defined ones
/// that are written <c>&lt;|so|&gt;</c>) where the text is not content, and other user-defined tokens always. The leftmost goes first, the longest of several at one place.
/// </summary>
internal sealed class SpecialTokens
{
    private readonly Vocabulary vocabulary;
    private readonly int[] ids;
    private readonly SearchValues<byte> firstBytes;

    /// <summary>Collects them from a vocabulary.</summary>
    public SpecialTokens(Vocabulary vocabulary)
    {
        this.vocabulary = vocabulary;
        var found = new List<int>();
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var isSpecial = IsMark(id) || vocabulary.Type(id) == TokenType.UserDefined;
            if (isSpecial && !vocabulary.Bytes(id).IsEmpty) found.Add(id);
        }
        ids = [.. found.OrderByDescending(id => vocabulary.Bytes(id).Length)];
        firstBytes = SearchValues.Create([.. ids.Select(id => vocabulary.Bytes(id)[0]).Distinct()]);
    }

    /// <summary>The first special token in <paramref name="text"/>.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="isContent">Of each byte whether it is content: marks count only where none of theirs is.</param>
    /// <param name="start">Where the token begins; the text's length if there is none.</param>
    /// <param name="id">The token.</param>
    public bool TryFind(ReadOnlySpan<byte> text, ReadOnlySpan<bool> isContent, out int start, out int id)
    {
        for (start = 0; start < text.Length; start++)
        {
            var skipped = text[start..].IndexOfAny(firstBytes);
            if (skipped < 0) break;
            start += skipped;
            foreach (var candidate in ids)
            {
                var bytes = vocabulary.Bytes(candidate);
                if (!text[start..].StartsWith(bytes) || IsMark(candidate) && isContent.Slice(start, bytes.Length).Contains(true)) continue;
                id = candidate;
                return true;
            }
        }
        (start, id) = (text.Length, 0);
        return false;
    }

    /// <summary>Some files call a mark user-defined, although the mark ends a turn.</summary>
    private bool IsMark(int id) => vocabulary.Type(id) is TokenType.Control or TokenType.Unknown
        || vocabulary.Type(id) == TokenType.UserDefined && MarkNames.IsBarred(vocabulary.Bytes(id));
}

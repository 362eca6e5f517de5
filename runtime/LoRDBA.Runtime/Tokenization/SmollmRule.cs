namespace LoRDBA.Runtime.Tokenization;

/// <summary>
/// The pre-tokenizer of SmolLM: each character of <c>\p{N}</c> is a piece of its own, and what lies between is cut as in
/// GPT-2. A space before a digit therefore ends its stretch and stays a piece of its own.
/// </summary>
internal static class SmollmRule
{
    /// <inheritdoc cref="PreTokenizerRule"/>
    public static void Split(ReadOnlySpan<byte> text, int offset, List<int> ends)
    {
        var (start, position) = (0, 0);
        while (position < text.Length)
        {
            var isNumber = CharacterClasses.First(text[position..], out var length) == CharacterClass.Number;
            if (isNumber)
            {
                Gpt2Rule.Split(text[start..position], offset + start, ends);
                start = position + length;
                ends.Add(offset + start);
            }
            position += length;
        }
        Gpt2Rule.Split(text[start..], offset + start, ends);
    }
}

using LoRDBA.Generator.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace LoRDBA.Generator.Manifest;

/// <summary>One line of a manifest, cut into words; what stands behind a '#' that begins a word is a comment.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">From 0.</param>
/// <param name="Start">Characters before it in the file.</param>
/// <param name="Words">What spaces and tabs separate.</param>
internal sealed record ManifestLine(string Path, int Number, int Start, IReadOnlyList<Word> Words)
{
    private static readonly char[] Blank = [' ', '\t', '\r'];

    /// <summary>The word that says what the line is.</summary>
    public string Keyword => Words[0].Text;

    /// <summary>The words behind the keyword, as one text.</summary>
    public string Rest => string.Join(" ", Words.Skip(1).Select(word => word.Text));

    /// <summary>The lines of a text that hold anything.</summary>
    public static IEnumerable<ManifestLine> Of(string path, string text)
    {
        var start = 0;
        for (var number = 0; start <= text.Length; number++)
        {
            var end = text.IndexOf('\n', start);
            if (end < 0) end = text.Length;
            var words = Split(text.Substring(start, end - start));
            if (words.Count > 0) yield return new(path, number, start, words);
            start = end + 1;
        }
    }

    /// <summary>Where a word stands.</summary>
    public Place At(Word word) => At(word.Column, word.Text.Length);

    /// <summary>Where all that the line says stands.</summary>
    public Place Whole
    {
        get
        {
            var last = Words[Words.Count - 1];
            return At(Words[0].Column, last.Column + last.Text.Length - Words[0].Column);
        }
    }

    private Place At(int column, int length) =>
        new(Path, new TextSpan(Start + column, length), new LinePositionSpan(new(Number, column), new(Number, column + length)));

    private static List<Word> Split(string line)
    {
        var words = new List<Word>();
        var end = 0;
        while (true)
        {
            var column = end;
            while (column < line.Length && Blank.Contains(line[column])) column++;
            if (column == line.Length || line[column] == '#') return words;
            end = line.IndexOfAny(Blank, column);
            if (end < 0) end = line.Length;
            words.Add(new(line.Substring(column, end - column), column));
        }
    }
}

/// <summary>A word of a line.</summary>
/// <param name="Text">Without blanks.</param>
/// <param name="Column">Characters before it in the line.</param>
internal readonly record struct Word(string Text, int Column);

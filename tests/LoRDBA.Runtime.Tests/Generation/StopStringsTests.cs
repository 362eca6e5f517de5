using CsCheck;
using LoRDBA.Runtime.Generation;

namespace LoRDBA.Runtime.Tests.Generation;

public sealed class StopStringsTests
{
    private static readonly Gen<string> Letters = Gen.OneOf('a', 'b').Array[1, 4].Select(letters => new string(letters));

    [Fact]
    public void However_the_text_is_cut_it_ends_before_the_first_complete_stop_string() =>
        Gen.Select(Letters.Array[0, 3], Letters.Array[0, 12]).Sample((stops, pieces) =>
        {
            var watcher = new StopStrings(stops);
            var shown = "";
            foreach (var piece in pieces)
            {
                shown += watcher.Append(piece);
                if (watcher.IsComplete) break;
            }
            var (expected, isComplete) = Define(stops, string.Concat(pieces));

            Assert.Equal(isComplete, watcher.IsComplete);
            Assert.Equal(expected, shown + watcher.Flush());
        }, iter: 20_000);

    [Fact]
    public void Holds_back_exactly_what_could_become_a_stop_string() =>
        Gen.Select(Letters.Array[0, 3], Letters.Array[0, 12]).Sample((stops, pieces) =>
        {
            var watcher = new StopStrings(stops);
            var (text, shown) = ("", "");
            foreach (var piece in pieces)
            {
                text += piece;
                shown += watcher.Append(piece);
                if (watcher.IsComplete) return;
                var couldBecome = Enumerable.Range(0, text.Length + 1).First(start => start == text.Length || stops.Any(stop => stop.StartsWith(text[start..], StringComparison.Ordinal)));
                Assert.Equal(text[..couldBecome], shown);
            }
        }, iter: 20_000);

    [Fact]
    public void A_stop_string_over_three_pieces_is_not_shown()
    {
        var watcher = new StopStrings(["\n\nUser:"]);

        Assert.Equal("Yes.", watcher.Append("Yes."));
        Assert.Equal("", watcher.Append("\n"));
        Assert.Equal("", watcher.Append("\nUs"));
        Assert.False(watcher.IsComplete);
        Assert.Equal("", watcher.Append("er: and"));
        Assert.True(watcher.IsComplete);
        Assert.Equal("", watcher.Flush());
    }

    [Fact]
    public void What_was_held_back_in_vain_is_shown()
    {
        var watcher = new StopStrings(["abc"]);

        Assert.Equal(["x", "", "ab", "abd", ""], new[] { "xa", "b", "ab", "d", "ab" }.Select(watcher.Append));
        Assert.Equal("ab", watcher.Flush());
        Assert.False(watcher.IsComplete);
    }

    [Fact]
    public void An_empty_stop_string_is_refused() => Assert.Throws<GenerationException>(() => new StopStrings(["a", ""]));

    /// <summary>The text before the stop string that is complete first, of several that end together the longest.</summary>
    private static (string Text, bool IsComplete) Define(string[] stops, string text)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            var complete = stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length);
            if (complete is not null) return (text[..(end - complete.Length)], true);
        }
        return (text, false);
    }
}

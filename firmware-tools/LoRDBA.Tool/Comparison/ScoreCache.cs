using System.Text.Json;
using LoRDBA.Runtime.Memory;
using LoRDBA.Tool.Measuring;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Comparison;

/// <summary>
/// Scores on disk, one file for each adapter, named by the digest of all that a score depends on: the base's bytes, the samples and the adapter's
/// content. So a comparison that was interrupted goes on where it was, and nothing old is taken for something new.
/// </summary>
/// <param name="folder">Where the files lie; made if it is not there.</param>
/// <param name="context">Digest of base and samples.</param>
internal sealed class ScoreCache(string folder, Sha256Digest context)
{
    /// <summary>The score of an adapter: read, or measured and written.</summary>
    /// <param name="adapter">Its digest; null for the base alone.</param>
    /// <param name="measure">Measures it.</param>
    public DataScore Get(Sha256Digest? adapter, Func<DataScore> measure)
    {
        var path = Path.Combine(folder, $"{Sha256Digest.Of([.. context.ToArray(), .. adapter?.ToArray() ?? []])}.json");
        if (Read(path) is { } known) return known;
        var score = measure();
        Directory.CreateDirectory(folder);
        WholeFile.Write(path, file => JsonSerializer.Serialize(file, score, JsonOutput.Types.DataScore));
        return score;
    }

    /// <summary>What a file says; null if there is none, or if it is no score: it is then measured again.</summary>
    private static DataScore? Read(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), JsonOutput.Types.DataScore);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>A line of the panel, such as <c>answer: light.luma on | household=Alder Cottage | digest=b24517db7cd6 | light=on</c>.</summary>
internal sealed record PanelAnswer(string Text, string Household, string Digest, string Driven)
{
    public static PanelAnswer Parse(string line)
    {
        var parts = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(" | ");
        Assert.Equal(4, parts.Length);
        return new(parts[0].Trim(), ValueOf(parts[1], "household"), ValueOf(parts[2], "digest"), parts[3]);
    }

    private static string ValueOf(string part, string name)
    {
        Assert.StartsWith(name + "=", part, StringComparison.Ordinal);
        return part[(name.Length + 1)..];
    }
}

/// <summary>
/// What the panel says of itself, all of it: a name that is missing or unknown is an error. Level is the governor's, RssAnon is in bytes.
/// </summary>
internal sealed record PanelStatus(
    bool Ready, bool Alive, string Household, string Digest, long Commands, long Edges, long Presses, long Dropped, int Level, double? Temperature, long RssAnon)
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static PanelStatus Parse(string json) => JsonSerializer.Deserialize<PanelStatus>(json, Strict)!;
}

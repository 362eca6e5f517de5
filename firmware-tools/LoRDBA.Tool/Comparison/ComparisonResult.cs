namespace LoRDBA.Tool.Comparison;

/// <summary>One adapter as it was stored and measured.</summary>
/// <param name="Family">The method.</param>
/// <param name="Setting">Its setting.</param>
/// <param name="Bytes">What it is stored in: codes, scales, zero points; of a LoRDBA the whole file.</param>
/// <param name="Smaller">How many times smaller than fp16; null for the base alone.</param>
/// <param name="BitsPerChannel">Stored bits for each input and each output channel.</param>
/// <param name="Nll">Nats lost per completion token.</param>
/// <param name="ExactMatch">Share of the lines answered exactly.</param>
/// <param name="DominatedBy">Another that is no larger and no worse, and one of both better; null for those on the frontier.</param>
internal sealed record ComparisonPoint(string Family, string Setting, long Bytes, double? Smaller, double BitsPerChannel, double Nll, double ExactMatch, string? DominatedBy)
{
    /// <summary>Method and setting.</summary>
    public string Name => $"{Family} {Setting}";
}

/// <summary>What <c>compare</c> prints and writes.</summary>
/// <param name="Base">The model's name.</param>
/// <param name="Adapter">The LoRA's name.</param>
/// <param name="Lines">Lines measured.</param>
/// <param name="Tokens">Completion tokens in them.</param>
/// <param name="Points">Everything that was measured, the largest first.</param>
/// <param name="Beaten">Baselines from 8 to 32 times smaller than fp16 that no LoRDBA of their size or less reaches, in words; empty is what is hoped for.</param>
internal sealed record ComparisonResult(string Base, string Adapter, int Lines, long Tokens, IReadOnlyList<ComparisonPoint> Points, IReadOnlyList<string> Beaten)
{
    private const double LeastRatio = 8, MostRatio = 32;

    /// <summary>Marks what is dominated and looks for sizes at which a baseline is ahead.</summary>
    public static ComparisonResult Of(string baseName, string adapter, int lines, long tokens, IReadOnlyList<ComparisonPoint> points)
    {
        var marked = points.Select(point => point with { DominatedBy = point.Smaller is null ? null : DominatorOf(point, points)?.Name }).OrderByDescending(point => point.Bytes).ToArray();
        var beaten = marked
            .Where(point => point.Family is not Candidate.Lordba && point.Smaller is >= LeastRatio and <= MostRatio)
            .Select(point => (Point: point, Best: BestLordba(point, marked)))
            .Where(pair => pair.Best is null || pair.Best.Nll > pair.Point.Nll)
            .Select(pair => FormattableString.Invariant($"{pair.Point.Name} ({pair.Point.Bytes} bytes, {pair.Point.Smaller:0.0} times smaller): NLL {pair.Point.Nll:0.0000}; {(pair.Best is { } best ? $"{best.Name} ({best.Bytes} bytes): {FormattableString.Invariant($"{best.Nll:0.0000}")}" : "no LoRDBA is as small")}"));
        return new ComparisonResult(baseName, adapter, lines, tokens, marked, [.. beaten]);
    }

    private static ComparisonPoint? BestLordba(ComparisonPoint baseline, IEnumerable<ComparisonPoint> points) =>
        points.Where(point => point.Family == Candidate.Lordba && point.Bytes <= baseline.Bytes).MinBy(point => point.Nll);

    private static ComparisonPoint? DominatorOf(ComparisonPoint point, IEnumerable<ComparisonPoint> points) => points
        .Where(other => other.Smaller is not null && other.Bytes <= point.Bytes && other.Nll <= point.Nll && (other.Bytes < point.Bytes || other.Nll < point.Nll))
        .MinBy(other => other.Nll);
}

namespace LoRDBA.Training.Conversion;

/// <summary>How the error of one tensor falls with the rank of its signs: a straight line in logarithms between ranks that were tried.</summary>
/// <param name="points">Rank and squared error, the smallest rank first; two or more.</param>
internal sealed class ErrorCurve(IReadOnlyList<(int Rank, double Error)> points)
{
    /// <summary>The squared error to expect at a rank.</summary>
    public double At(int rank)
    {
        var right = 1;
        while (right < points.Count - 1 && points[right].Rank < rank) right++;
        var (from, to) = (points[right - 1], points[right]);
        if (from.Error <= 0 || to.Error <= 0) return Math.Max(0, Math.Min(from.Error, to.Error));
        var slope = Math.Log(to.Error / from.Error) / Math.Log((double)to.Rank / from.Rank);
        return from.Error * Math.Pow((double)rank / from.Rank, Math.Min(0, slope));
    }
}

/// <summary>Spends a number of bytes on ranks where each byte lowers the total squared error most.</summary>
internal static class RankAllocation
{
    /// <summary>The rank of each tensor. Errors fall ever more slowly with the rank, so taking the best step each time is best in the end.</summary>
    /// <param name="curves">A curve for each tensor.</param>
    /// <param name="byteLength">What a tensor takes at a rank.</param>
    /// <param name="budget">What all tensors may take.</param>
    /// <param name="maxRank">The largest rank of a tensor.</param>
    /// <exception cref="ConversionException">Not even rank 1 everywhere fits.</exception>
    public static int[] Distribute(IReadOnlyList<ErrorCurve> curves, Func<int, int, long> byteLength, long budget, int maxRank)
    {
        var ranks = new int[curves.Count];
        Array.Fill(ranks, 1);
        var spent = curves.Select((_, tensor) => byteLength(tensor, 1)).Sum();
        if (spent > budget) throw new ConversionException(ConversionError.SizeTooSmall, $"Rank 1 everywhere takes {spent} bytes, so {budget} are too few: allow more, or leave out input scales.");

        var steps = new PriorityQueue<int, double>();
        long Cost(int tensor) => byteLength(tensor, ranks[tensor] + 1) - byteLength(tensor, ranks[tensor]);
        void Offer(int tensor)
        {
            if (ranks[tensor] == maxRank) return;
            var gain = curves[tensor].At(ranks[tensor]) - curves[tensor].At(ranks[tensor] + 1);
            steps.Enqueue(tensor, -gain / Math.Max(1, Cost(tensor)));
        }

        for (var tensor = 0; tensor < curves.Count; tensor++) Offer(tensor);
        while (steps.TryDequeue(out var tensor, out _))
        {
            // What does not fit any more ends this tensor's growth; a smaller one may still find room.
            if (spent + Cost(tensor) > budget) continue;
            spent += Cost(tensor);
            ranks[tensor]++;
            Offer(tensor);
        }
        return ranks;
    }
}

namespace LoRDBA.Training.Baselines;

/// <summary>Rounds a vector in groups that share a scale, as it would be stored, and gives back what a reader would decode.</summary>
/// <param name="groupLength">Values in a group; the last one may be shorter.</param>
internal abstract class GroupQuantizer(int groupLength)
{
    /// <summary>Rounds in place, and returns the bits of storage, scales and zero points included.</summary>
    public long Quantize(Span<float> values)
    {
        var bits = 0L;
        for (var start = 0; start < values.Length; start += groupLength)
        {
            var group = values[start..Math.Min(values.Length, start + groupLength)];
            QuantizeGroup(group);
            bits += (long)BitsPerValue * group.Length + BitsPerGroup;
        }
        return bits;
    }

    /// <summary>Bits of a code.</summary>
    protected abstract int BitsPerValue { get; }

    /// <summary>Bits of the numbers that a group shares, such as its scale.</summary>
    protected abstract int BitsPerGroup { get; }

    /// <summary>Rounds one group in place.</summary>
    protected abstract void QuantizeGroup(Span<float> group);

    /// <summary>A value as fp16 keeps it.</summary>
    protected static float Half(float value) => (float)(Half)value;
}

/// <summary>Round to nearest between the smallest and the largest value of a group: codes of 2 bits and more, scale and zero point in fp16.</summary>
/// <param name="bits">2 or more.</param>
/// <param name="groupLength">Values in a group.</param>
internal sealed class RoundToNearest(int bits, int groupLength) : GroupQuantizer(groupLength)
{
    /// <inheritdoc/>
    protected override int BitsPerValue => bits;

    /// <inheritdoc/>
    protected override int BitsPerGroup => 32;

    /// <inheritdoc/>
    protected override void QuantizeGroup(Span<float> group)
    {
        float least = float.MaxValue, most = float.MinValue;
        foreach (var value in group) (least, most) = (Math.Min(least, value), Math.Max(most, value));
        var steps = (1 << bits) - 1;
        var (zero, scale) = (Half(least), Half((most - least) / steps));
        if (scale == 0)
        {
            group.Fill(zero);
            return;
        }
        foreach (ref var value in group) value = zero + scale * Math.Clamp(MathF.Round((value - zero) / scale), 0, steps);
    }
}

/// <summary>One bit: the sign, times the group's mean magnitude in fp16, which is the best scale for signs.</summary>
/// <param name="groupLength">Values in a group.</param>
internal sealed class SignAndMean(int groupLength) : GroupQuantizer(groupLength)
{
    /// <inheritdoc/>
    protected override int BitsPerValue => 1;

    /// <inheritdoc/>
    protected override int BitsPerGroup => 16;

    /// <inheritdoc/>
    protected override void QuantizeGroup(Span<float> group)
    {
        var sum = 0f;
        foreach (var value in group) sum += Math.Abs(value);
        var scale = Half(sum / group.Length);
        foreach (ref var value in group) value = value < 0 ? -scale : scale;
    }
}

/// <summary>NF4 (QLoRA, arXiv 2305.14314): sixteen quantiles of a normal distribution between -1 and 1, times the group's largest magnitude in fp16.</summary>
/// <param name="groupLength">Values in a group.</param>
internal sealed class NormalFloat4(int groupLength) : GroupQuantizer(groupLength)
{
    private static readonly float[] Levels = MakeLevels();

    /// <inheritdoc/>
    protected override int BitsPerValue => 4;

    /// <inheritdoc/>
    protected override int BitsPerGroup => 16;

    /// <inheritdoc/>
    protected override void QuantizeGroup(Span<float> group)
    {
        var largest = 0f;
        foreach (var value in group) largest = Math.Max(largest, Math.Abs(value));
        var scale = Half(largest);
        if (scale == 0)
        {
            group.Clear();
            return;
        }
        foreach (ref var value in group) value = scale * Nearest(value / scale);
    }

    private static float Nearest(float value)
    {
        var best = Levels[0];
        foreach (var level in Levels)
            if (Math.Abs(level - value) < Math.Abs(best - value)) best = level;
        return best;
    }

    /// <summary>
    /// As the paper defines them: quantiles at eight evenly spaced probabilities on the negative side and nine on the positive one, 0 shared, divided by the largest.
    /// The outermost probability, 1 - (1/32 + 1/30) / 2, leaves half a bin at either end.
    /// </summary>
    private static float[] MakeLevels()
    {
        const double Outermost = 1 - (1 / 32.0 + 1 / 30.0) / 2;
        double Quantile(double p) => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, p);
        var positive = Enumerable.Range(1, 8).Select(i => Quantile(0.5 + (Outermost - 0.5) * i / 8));
        var negative = Enumerable.Range(1, 7).Select(i => -Quantile(0.5 + (Outermost - 0.5) * i / 7));
        return [.. negative.Concat([0]).Concat(positive).Select(level => (float)(level / Quantile(Outermost))).Order()];
    }
}

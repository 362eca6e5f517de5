using LoRDBA.Generator.Model;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Generator.Emit.Shrink;

/// <summary>How the shrink product is written for one instruction set.</summary>
internal abstract class ShrinkPath
{
    /// <summary>Part of the names of its methods.</summary>
    public abstract string Name { get; }

    /// <summary>Which flag asks for it.</summary>
    public abstract Paths Flag { get; }

    /// <summary>The run-time check, in C#.</summary>
    public abstract string Check { get; }

    /// <summary>One sentence, or two, for the reader of the generated file.</summary>
    public abstract string Explanation { get; }

    /// <summary>Rows of signs that one pass over a single token takes.</summary>
    public abstract int RowsOfOne { get; }

    public bool Serves(Paths paths) => (paths & Flag) != 0;

    /// <summary>What stays in registers for all of a method.</summary>
    public abstract void Constants(SourceWriter writer);

    /// <summary>The sums of <paramref name="rows"/> rows for one token, whose signs are still bits.</summary>
    public abstract void One(SourceWriter writer, ShrinkShape shape, int rows);

    /// <summary>The sums of <paramref name="rows"/> rows in the tile for <paramref name="tokens"/> tokens, a and b.</summary>
    public abstract void Tile(SourceWriter writer, ShrinkShape shape, int rows, int tokens);

    /// <summary>A minus where the sums are of -code.</summary>
    protected virtual string Sign => "";

    /// <summary>Stores four rows of a token, from <paramref name="first"/> on; those beyond <paramref name="rows"/> are zeros.</summary>
    protected string Store(string name, int first, int rows, string target, string total) =>
        $"SignOperations.Store({Sign}SignOperations.FourSums({SourceWriter.List(SignLayout.SumsTogether, k => first + k < rows ? $"{name}{first + k}" : "default")}), {total}, {target});";

    /// <summary>Stores the sums of a tile's tokens, t and t + 1.</summary>
    protected void StoreTile(SourceWriter writer, ShrinkShape shape, string[] names, int rows)
    {
        for (var i = 0; i < names.Length; i++)
        {
            var token = i == 0 ? "t" : $"t + {i}";
            writer.Line(Store(names[i], 0, rows, $"sums + {(i == 0 ? token : $"({token})")} * {shape.SumStride}", $"x.Total({token})"));
        }
    }
}

/// <summary>The constants of a shrink kernel.</summary>
internal sealed class ShrinkShape(int nIn, int rank)
{
    public int NIn => nIn;
    public int Rank => rank;
    public int Segments => SignLayout.Segments(nIn);
    public int Width => SignLayout.Width(nIn);

    /// <summary>Bytes from one row of signs to the next.</summary>
    public int RowBytes => SignLayout.RowLength(nIn);

    /// <summary>Elements from one token's sums to the next's.</summary>
    public int SumStride => SignLayout.SumStride(rank);
}

using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit.Expand;

/// <summary>How the expand product is written for one instruction set.</summary>
internal abstract class ExpandPath
{
    /// <summary>Part of the names of its methods.</summary>
    public abstract string Name { get; }

    /// <summary>The run-time check, in C#.</summary>
    public abstract string Check { get; }

    /// <summary>Rows of its widest group.</summary>
    public abstract int Rows { get; }

    /// <summary>"Vector512" and so on.</summary>
    public string Vector => $"Vector{8 * Rows}";

    /// <summary>Tables that stay in registers, two registers each; with more, they are loaded where they are used.</summary>
    public abstract int TablesInRegisters { get; }

    public abstract bool Serves(Paths paths);

    /// <summary>The 16 bytes at an address, in every lane.</summary>
    public abstract string Broadcast(string address);

    /// <summary>y += scale · sums, for all rows of the group.</summary>
    public abstract void AddToY(SourceWriter writer);

    /// <summary>Whether it has a way of its own through the tokens of a batch.</summary>
    public virtual bool TakesBatches => true;

    /// <summary>A group's signs in the order in which a batch's sums are easiest to widen.</summary>
    public abstract string Arrange(string signs);

    /// <summary>target += scale · sums, for rows so arranged.</summary>
    public virtual void AddArranged(SourceWriter writer)
    {
        var quarter = Rows / 4;
        writer.Line("// Each half of 32 bits is the sum of another row.")
            .Line("SignOperations.AddTo(target, low.AsInt32() << 16 >> 16, scaleOut + o, factor);")
            .Line($"SignOperations.AddTo(target + {quarter}, low.AsInt32() >> 16, scaleOut + o + {quarter}, factor);")
            .Line($"SignOperations.AddTo(target + {2 * quarter}, high.AsInt32() << 16 >> 16, scaleOut + o + {2 * quarter}, factor);")
            .Line($"SignOperations.AddTo(target + {3 * quarter}, high.AsInt32() >> 16, scaleOut + o + {3 * quarter}, factor);");
    }
}

/// <summary>AVX-512: 64 rows.</summary>
internal sealed class ExpandAvx512 : ExpandPath
{
    public override string Name => "Avx512";
    public override string Check => Checks.Avx512;
    public override int Rows => 64;
    public override int TablesInRegisters => 8;
    public override bool Serves(Paths paths) => (paths & Paths.Avx512) != 0;
    public override string Arrange(string signs) => $"SignOperations.Arrange({signs})";
    public override string Broadcast(string address) => $"Avx512F.BroadcastVector128ToVector512((int*)({address})).AsByte()";

    public override void AddToY(SourceWriter writer) => writer
        .Line("// Lanes of 128 bits hold rows 0-7 | 16-23 | 32-39 | 48-55 in low, the others in high: back into order.")
        .Line("var front = SignOperations.Front(low, high);")
        .Line("var back = SignOperations.Back(low, high);")
        .Line("SignOperations.AddTo(y + o, front.GetLower(), scaleOut + o, factor);")
        .Line("SignOperations.AddTo(y + o + 16, front.GetUpper(), scaleOut + o + 16, factor);")
        .Line("SignOperations.AddTo(y + o + 32, back.GetLower(), scaleOut + o + 32, factor);")
        .Line("SignOperations.AddTo(y + o + 48, back.GetUpper(), scaleOut + o + 48, factor);");
}

/// <summary>AVX2: 32 rows.</summary>
internal sealed class ExpandAvx2 : ExpandPath
{
    public override string Name => "Avx2";
    public override string Check => Checks.Avx2;
    public override int Rows => 32;
    public override int TablesInRegisters => 4;
    public override bool Serves(Paths paths) => (paths & Paths.Avx2) != 0;
    public override string Arrange(string signs) => $"SignOperations.Arrange({signs})";
    public override string Broadcast(string address) => $"Avx2.BroadcastVector128ToVector256({address})";

    public override void AddToY(SourceWriter writer) => writer
        .Line("SignOperations.AddTo(y + o, low.GetLower(), scaleOut + o, factor);")
        .Line("SignOperations.AddTo(y + o + 8, high.GetLower(), scaleOut + o + 8, factor);")
        .Line("SignOperations.AddTo(y + o + 16, low.GetUpper(), scaleOut + o + 16, factor);")
        .Line("SignOperations.AddTo(y + o + 24, high.GetUpper(), scaleOut + o + 24, factor);");
}

/// <summary>128-bit registers, 16 rows: all of arm64, with dot products or without, and on x64 what is left of a wider group.</summary>
internal class ExpandAdvSimd : ExpandPath
{
    public override string Name => "AdvSimd";
    public override string Check => Checks.AdvSimd;
    public override int Rows => 16;
    public override int TablesInRegisters => 8;
    public override bool Serves(Paths paths) => (paths & (Paths.AdvSimd | Paths.Dp)) != 0;
    public override string Arrange(string signs) => signs;
    public override string Broadcast(string address) => $"Vector128.Load({address})";

    public override void AddToY(SourceWriter writer) => AddTo(writer, "y + o");
    public override void AddArranged(SourceWriter writer) => AddTo(writer, "target");

    private static void AddTo(SourceWriter writer, string y) => writer
        .Line($"SignOperations.AddTo({y}, Vector128.WidenLower(low), scaleOut + o, factor);")
        .Line($"SignOperations.AddTo({y} + 4, Vector128.WidenUpper(low), scaleOut + o + 4, factor);")
        .Line($"SignOperations.AddTo({y} + 8, Vector128.WidenLower(high), scaleOut + o + 8, factor);")
        .Line($"SignOperations.AddTo({y} + 12, Vector128.WidenUpper(high), scaleOut + o + 12, factor);");
}

/// <summary>What is left of a wider group on x64.</summary>
internal sealed class ExpandSse : ExpandAdvSimd
{
    public override string Name => "Sse";
    public override string Check => Checks.Ssse3;
    public override int TablesInRegisters => 0;
    public override bool TakesBatches => false;
    public override bool Serves(Paths paths) => (paths & (Paths.Avx2 | Paths.Avx512)) != 0;
}

using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit.Shrink;

/// <summary>arm64: four registers are a segment. A sign is a byte of ones (-1) for +1, of zeros for -1.</summary>
internal abstract class ShrinkArm : ShrinkPath
{
    public override int RowsOfOne => 4;

    /// <summary>acc plus gain times the segment's sum, of four masks m0 to m3 and the codes c0 to c3 of a token.</summary>
    protected abstract string Add(string accumulator, string codes, string gain);

    /// <summary>The gain of a segment as the products want it.</summary>
    protected abstract string Gain(string gains);

    public override void Constants(SourceWriter writer) => writer
        .Line("var (copies0, copies1, copies2, copies3) = (SignOperations.Copies128(0), SignOperations.Copies128(2), SignOperations.Copies128(4), SignOperations.Copies128(6));")
        .Line("var own = SignOperations.Own128();");

    public override void One(SourceWriter writer, ShrinkShape shape, int rows)
    {
        writer.Line($"Vector128<int> {SourceWriter.List(rows, k => $"a{k} = default")};");
        writer.Block($"for (nint j = 0; j < {shape.Width}; j += 64)", () =>
        {
            Codes(writer, "a");
            for (var k = 0; k < rows; k++)
                writer.Line($"{(k == 0 ? "var " : "")}signs64 = Vector64.Load(signs{SourceWriter.Plus(k * shape.RowBytes)} + (j >> 3)).ToVector128Unsafe();")
                    .Each(4, i => $"{(k == 0 ? "var " : "")}m{i} = AdvSimd.CompareTest(AdvSimd.Arm64.VectorTableLookup(signs64, copies{i}), own).AsSByte();")
                    .Line(Add($"a{k}", "a", "gainOfA"));
        });
        writer.Line(Store("a", 0, rows, "sums", "totalOfA"));
    }

    public override void Tile(SourceWriter writer, ShrinkShape shape, int rows, int tokens)
    {
        var names = tokens == 1 ? new[] { "a" } : ["a", "b"];
        foreach (var name in names) writer.Line($"Vector128<int> {SourceWriter.List(rows, k => $"{name}{k} = default")};");
        writer.Block($"for (nint j = 0; j < {shape.Width}; j += 64)", () =>
        {
            foreach (var name in names) Codes(writer, name);
            for (var k = 0; k < rows; k++)
            {
                writer.Line($"{(k == 0 ? "var " : "")}row = (sbyte*)tile{SourceWriter.Plus(k * shape.Width)} + j;")
                    .Each(4, i => $"{(k == 0 ? "var " : "")}m{i} = Vector128.Load(row + {16 * i});");
                foreach (var name in names) writer.Line(Add($"{name}{k}", name, $"gainOf{name.ToUpperInvariant()}"));
            }
        });
        StoreTile(writer, shape, names, rows);
    }

    private void Codes(SourceWriter writer, string name)
    {
        writer.Each(4, i => $"var {name}Codes{i} = Vector128.Load({name} + j + {16 * i});");
        writer.Line($"var gainOf{name.ToUpperInvariant()} = {Gain($"gainsOf{name.ToUpperInvariant()}[j >> 6]")};");
    }
}

/// <summary>With dot products: Cortex-A76 and later.</summary>
internal sealed class ShrinkDp : ShrinkArm
{
    public override string Name => "Dp";

    public override Paths Flag => Paths.Dp;

    public override string Check => Checks.Dp;

    public override string Explanation => "SDOT adds sixteen mask x code to four 32-bit sums, four SDOT are a segment, and one MLA takes it times the gain. A mask of ones is -1, hence the minus.";

    protected override string Sign => "-";

    protected override string Gain(string gains) => $"Vector128.Create((int)unchecked((short){gains}))";

    protected override string Add(string accumulator, string codes, string gain) =>
        $"{accumulator} = AdvSimd.MultiplyAdd({accumulator}, SignOperations.Dot(m0, {codes}Codes0, m1, {codes}Codes1, m2, {codes}Codes2, m3, {codes}Codes3), {gain});";
}

/// <summary>Without: every 64-bit Arm.</summary>
internal sealed class ShrinkAdvSimd : ShrinkArm
{
    public override string Name => "AdvSimd";

    public override Paths Flag => Paths.AdvSimd;

    public override string Check => Checks.AdvSimd;

    public override string Explanation => "AND keeps the codes whose sign is +1, SADALP adds them by pairs to eight 16-bit sums, SMLAL takes those times the gain.";

    protected override string Gain(string gains) => $"Vector128.Create({gains}).AsInt16()";

    protected override string Add(string accumulator, string codes, string gain) =>
        $"{accumulator} = SignOperations.Add({accumulator}, m0 & {codes}Codes0, m1 & {codes}Codes1, m2 & {codes}Codes2, m3 & {codes}Codes3, {gain});";
}

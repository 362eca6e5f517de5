using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit.Shrink;

/// <summary>AVX-512: a register is a segment.</summary>
internal sealed class ShrinkAvx512 : ShrinkPath
{
    public override string Name => "Avx512";

    public override Paths Flag => Paths.Avx512;

    public override string Check => Checks.Avx512;

    public override string Explanation => "a register is a segment. vpmaddubsw sums pairs of bit x code, vpmaddwd takes them times the gain.";

    public override int RowsOfOne => 8;

    public override void Constants(SourceWriter writer) => writer
        .Line("var (copies, own, one) = (SignOperations.Copies512(), SignOperations.Own512(), Vector512<byte>.One);");

    public override void One(SourceWriter writer, ShrinkShape shape, int rows)
    {
        writer.Line($"Vector512<int> {SourceWriter.List(rows, k => $"a{k} = default")};");
        writer.Block($"for (nint j = 0; j < {shape.Width}; j += 64)", () => writer
            .Line("var codes = Vector512.Load(a + j);")
            .Line("var gain = Vector512.Create(gainsOfA[j >> 6]).AsInt16();")
            .Each(rows, k => $"a{k} += SignOperations.Sum(SignOperations.Bits(signs{SourceWriter.Plus(k * shape.RowBytes)} + (j >> 3), copies, own, one), codes, gain);"));
        for (var k = 0; k < rows; k += 4) writer.Line(Store("a", k, rows, $"sums{SourceWriter.Plus(k)}", "totalOfA"));
    }

    public override void Tile(SourceWriter writer, ShrinkShape shape, int rows, int tokens)
    {
        var names = tokens == 1 ? new[] { "a" } : ["a", "b"];
        foreach (var name in names) writer.Line($"Vector512<int> {SourceWriter.List(rows, k => $"{name}{k} = default")};");
        writer.Block($"for (nint j = 0; j < {shape.Width}; j += 64)", () =>
        {
            foreach (var name in names)
                writer.Line($"var codesOf{name.ToUpperInvariant()} = Vector512.Load({name} + j);")
                    .Line($"var gainOf{name.ToUpperInvariant()} = Vector512.Create(gainsOf{name.ToUpperInvariant()}[j >> 6]).AsInt16();");
            for (var k = 0; k < rows; k++)
            {
                writer.Line($"{(k == 0 ? "var " : "")}bits = Vector512.Load(tile{SourceWriter.Plus(k * shape.Width)} + j);");
                foreach (var name in names) writer.Line($"{name}{k} += SignOperations.Sum(bits, codesOf{name.ToUpperInvariant()}, gainOf{name.ToUpperInvariant()});");
            }
        });
        StoreTile(writer, shape, names, rows);
    }
}

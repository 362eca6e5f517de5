using LoRDBA.Generator.Model;

namespace LoRDBA.Generator.Emit.Shrink;

/// <summary>AVX2: two registers are a segment. There are sixteen, so codes come straight from memory.</summary>
internal sealed class ShrinkAvx2 : ShrinkPath
{
    public override string Name => "Avx2";

    public override Paths Flag => Paths.Avx2;

    public override string Check => Checks.Avx2;

    public override string Explanation => "two registers are a segment; their 16-bit sums are added before vpmaddwd takes them times the gain.";

    public override int RowsOfOne => 4;

    public override void Constants(SourceWriter writer) => writer
        .Line("var (copies, own, one) = (SignOperations.Copies256(), SignOperations.Own256(), Vector256<byte>.One);");

    public override void One(SourceWriter writer, ShrinkShape shape, int rows)
    {
        writer.Line($"Vector256<int> {SourceWriter.List(rows, k => $"a{k} = default")};");
        writer.Block($"for (nint j = 0; j < {shape.Width}; j += 64)", () => writer
            .Line("var (low, high) = (Vector256.Load(a + j), Vector256.Load(a + j + 32));")
            .Line("var gain = Vector256.Create(gainsOfA[j >> 6]).AsInt16();")
            .Each(rows, k => $"a{k} += SignOperations.Sum(SignOperations.Bits(signs{SourceWriter.Plus(k * shape.RowBytes)} + (j >> 3), copies, own, one), low, SignOperations.Bits(signs{SourceWriter.Plus(k * shape.RowBytes)} + (j >> 3) + 4, copies, own, one), high, gain);"));
        writer.Line(Store("a", 0, rows, "sums", "totalOfA"));
    }

    public override void Tile(SourceWriter writer, ShrinkShape shape, int rows, int tokens)
    {
        var names = tokens == 1 ? new[] { "a" } : ["a", "b"];
        foreach (var name in names) writer.Line($"Vector256<int> {SourceWriter.List(rows, k => $"{name}{k} = default")};");
        writer.Block($"for (nint j = 0; j < {shape.Width}; j += 64)", () =>
        {
            foreach (var name in names) writer.Line($"var gainOf{name.ToUpperInvariant()} = Vector256.Create(gainsOf{name.ToUpperInvariant()}[j >> 6]).AsInt16();");
            for (var k = 0; k < rows; k++)
            {
                writer.Line($"{(k == 0 ? "var " : "")}(low, high) = (Vector256.Load(tile{SourceWriter.Plus(k * shape.Width)} + j), Vector256.Load(tile{SourceWriter.Plus(k * shape.Width)} + j + 32));");
                foreach (var name in names)
                    writer.Line($"{name}{k} += SignOperations.Sum(low, Vector256.Load({name} + j), high, Vector256.Load({name} + j + 32), gainOf{name.ToUpperInvariant()});");
            }
        });
        StoreTile(writer, shape, names, rows);
    }
}

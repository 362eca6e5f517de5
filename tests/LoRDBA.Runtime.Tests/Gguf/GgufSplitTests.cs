using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Gguf;

/// <summary>Models that are split over several files.</summary>
public sealed class GgufSplitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void All_parts_are_mapped_together_and_give_the_logits_of_the_whole()
    {
        using var whole = GgufFile.FromBytes(new TinyModel { OwnOutput = true }.ToArray(), "whole.gguf");
        var paths = Split(whole, 3);
        using var joined = GgufFile.Open(paths[0]);

        Assert.Equal(whole.Tensors.Select(tensor => tensor.ToString()), joined.Tensors.Select(tensor => tensor.ToString()));
        Assert.Equal(paths.Sum(path => new FileInfo(path).Length), joined.Length);
        Assert.All(whole.Tensors, tensor => Assert.Equal(whole.Span(tensor).ToArray(), joined.Span(joined.GetTensor(tensor.Name)).ToArray()));
        using var expected = Model.Load(whole);
        using var model = Model.Load(paths[0]);
        Assert.Equal(expected.Fingerprint, model.Fingerprint);
        Assert.Equal(Logits(expected), Logits(model));
    }

    [Fact]
    public void A_part_that_is_missing_is_named()
    {
        var paths = Split(3);
        File.Delete(paths[1]);

        AssertRefused(paths[0], "part 2 of 3 is missing", paths[1]);
    }

    [Fact]
    public void Another_part_than_the_first_names_the_first()
    {
        var paths = Split(3);

        AssertRefused(paths[2], "this is part 3 of 3", paths[0]);
    }

    [Theory]
    [InlineData("model.gguf")]
    [InlineData("model-00001-of-00002.gguf")]
    [InlineData("model-0000a-of-00003.gguf")]
    [InlineData("-00001-of-00003.gguf.gguf")]
    public void A_part_under_another_name_says_which_it_needs(string name)
    {
        var path = Path.Combine(folder.Path, name);
        File.Move(Split(3)[0], path);

        AssertRefused(path, "-00001-of-00003.gguf", "Give all parts the names that they had");
    }

    [Fact]
    public void A_part_under_the_name_of_another_is_refused()
    {
        var paths = Split(3);
        File.Copy(paths[2], paths[1], overwrite: true);

        AssertRefused(paths[0], "the file says that it is part 3 of 3, its name that it is part 2 of 3");
    }

    [Fact]
    public void Parts_with_fewer_tensors_than_announced_are_refused()
    {
        var paths = Split(2, announced: 100);

        AssertRefused(paths[0], "100 tensors are announced", "incomplete");
    }

    [Fact]
    public void A_tensor_in_two_parts_is_refused()
    {
        var paths = Split(2);
        File.WriteAllBytes(paths[1], Part(1, 2, 2).AddTensor("token_embd.weight", LoRDBA.Runtime.Blocks.GgmlType.F32, [1], new byte[4]).ToArray());

        Assert.Equal(GgufError.DuplicateTensor, Assert.Throws<GgufException>(() => GgufFile.Open(paths[0])).Error);
    }

    [Fact]
    public void A_part_in_memory_cannot_find_the_others()
    {
        var bytes = File.ReadAllBytes(Split(2)[0]);

        Assert.Equal(GgufError.MissingPart, Assert.Throws<GgufException>(() => GgufFile.FromBytes(bytes, "part")).Error);
    }

    [Fact]
    public void After_disposal_no_part_is_mapped()
    {
        var file = GgufFile.Open(Split(2)[0]);
        var (first, last) = (file.Tensors[0], file.Tensors[^1]);
        file.ReadAhead();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Span(first).ToArray());
        Assert.Throws<ObjectDisposedException>(() => file.Span(last).ToArray());
    }

    private static float[] Logits(Model model)
    {
        using var sequence = model.CreateSequence();
        return sequence.Prefill([1, 2, 3]).ToArray();
    }

    private static void AssertRefused(string path, params string[] words)
    {
        var error = Assert.Throws<GgufException>(() => GgufFile.Open(path));
        Assert.Equal(GgufError.MissingPart, error.Error);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    private string[] Split(int count, int? announced = null)
    {
        using var whole = GgufFile.FromBytes(new TinyModel().ToArray(), "whole.gguf");
        return Split(whole, count, announced);
    }

    /// <summary>Writes a model as llama-gguf-split does: its keys in the first part, its tensors one part after the other.</summary>
    private string[] Split(GgufFile whole, int count, int? announced = null)
    {
        string[] paths = [.. Enumerable.Range(1, count).Select(part => Path.Combine(folder.Path, $"model-{part:00000}-of-{count:00000}.gguf"))];
        var each = (whole.Tensors.Count + count - 1) / count;
        for (var part = 0; part < count; part++)
        {
            var writer = Part(part, count, announced ?? whole.Tensors.Count);
            if (part == 0)
                foreach (var key in whole.Metadata.Keys) writer.Copy(whole, key);
            foreach (var tensor in whole.Tensors.Skip(part * each).Take(each))
                writer.AddTensor(tensor.Name, tensor.Type, [.. Enumerable.Range(0, tensor.NDims).Select(tensor.Dim)], whole.Span(tensor).ToArray());
            File.WriteAllBytes(paths[part], writer.ToArray());
        }
        return paths;
    }

    private static GgufWriter Part(int part, int count, int tensors) =>
        new GgufWriter().Add("split.no", (ushort)part).Add("split.count", (ushort)count).Add("split.tensors.count", tensors);
}

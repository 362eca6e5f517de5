using LoRDBA.Tests;

namespace LoRDBA.Generated.Tests;

/// <summary>A sequence of 500 tokens that one process saves goes on to the same bits in another one, natively and on a board's processors.</summary>
public sealed class SequenceStateTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Another_process_goes_on_to_the_same_bits()
    {
        var program = NativeProgram.Here(GeneratedKernelTests.PathOf("linux-x64", "x64-v3"), GeneratedKernelTests.Publish("linux-x64", "x64-v3"));
        await AssertGoesOn(program, program);
    }

    [Fact]
    public async Task A_board_with_dot_products_goes_on_where_one_without_stopped() => await AssertGoesOn(Board("cortex-a72"), Board("cortex-a76"));

    /// <summary>The model is mapped, so its tensors lie elsewhere on a page.</summary>
    [Theory, InlineData(16_384), InlineData(65_536)]
    public async Task A_kernel_with_larger_pages_goes_on_where_one_with_4_KB_stopped(int pageSize) =>
        await AssertGoesOn(Board("cortex-a76"), Board("cortex-a76").WithPages(pageSize));

    private static NativeProgram Board(string cpu) =>
        NativeProgram.Arm64(cpu, GeneratedKernelTests.PathOf("linux-arm64", "boards"), GeneratedKernelTests.Publish("linux-arm64", "boards"));

    private async Task AssertGoesOn(NativeProgram saver, NativeProgram loader)
    {
        var (model, state) = (Path.Combine(folder.Path, "tiny.gguf"), Path.Combine(folder.Path, "tiny.state"));
        var tiny = new TinyModel();
        tiny.Metadata["llama.context_length"] = 1024u;
        File.WriteAllBytes(model, tiny.ToArray());

        var saved = await saver.Run("save", model, state);
        Assert.True(saved.ExitCode == 0, saved.Error);
        var loaded = await loader.Run("load", model, state);
        Assert.True(loaded.ExitCode == 0, loaded.Error);
        Assert.StartsWith("saved 500 tokens, goes on to ", saved.Out, StringComparison.Ordinal);
        Assert.Equal(saved.Out.Replace("saved", "loaded", StringComparison.Ordinal), loaded.Out);
    }
}

using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Peft;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>Names as they are found in files: the module behind them, and what patterns see.</summary>
public sealed class PeftTensorNameTests
{
    private const string Query = "model.layers.3.self_attn.q_proj";

    [Theory]
    [InlineData($"base_model.model.{Query}.lora_A.weight")]
    [InlineData($"base_model.model.{Query}.lora_A.default.weight")]                                       // a state with the adapter's own name
    [InlineData($"{Query}.lora_A.weight")]                                                                // no prefix
    [InlineData($"module.base_model.model.{Query}.lora_A.weight")]                                        // data parallelism
    [InlineData($"base_model.model.module.{Query}.lora_A.default.weight")]
    [InlineData($"_orig_mod.base_model.model.{Query}.lora_A.weight")]                                     // torch.compile
    [InlineData("base_model.model._orig_mod.model.layers.3._orig_mod.self_attn.q_proj.lora_A.weight")]
    [InlineData("base_model.model.model.layers.3._checkpoint_wrapped_module.self_attn.q_proj.lora_A.weight")] // activation checkpoints
    [InlineData("_fsdp_wrapped_module.base_model.model.model.layers.3._fsdp_wrapped_module.self_attn.q_proj.lora_A.default.weight")]
    [InlineData("base_model.model.layers.3.self_attn.q_proj.lora_A.weight")]                              // the inner model alone
    public void What_wrapped_a_model_is_taken_off(string tensor)
    {
        var name = PeftTensorName.Parse(tensor, isMlx: false, "file");
        Assert.Equal((Query, true), (name.Module, name.IsA));
        Assert.Equal((Query, false), (PeftTensorName.Parse(tensor.Replace("lora_A", "lora_B", StringComparison.Ordinal), isMlx: false, "file") is var b ? b.Module : "", b.IsA));
    }

    [Theory]
    [InlineData("base_model.model.model.language_model.layers.3.self_attn.q_proj.lora_A.weight", "model.language_model.layers.3.self_attn.q_proj")]
    [InlineData("base_model.model.language_model.model.layers.3.self_attn.q_proj.lora_A.weight", "language_model.model.layers.3.self_attn.q_proj")]
    public void The_text_part_of_a_larger_model_is_the_model_and_patterns_see_its_name(string tensor, string source) =>
        Assert.Equal(new PeftTensorName(Query, source, IsA: true), PeftTensorName.Parse(tensor, isMlx: false, "file"));

    [Theory, InlineData($"{Query}.lora_b", false), InlineData($"{Query}.lora_a", true), InlineData("language_model.model.layers.3.self_attn.q_proj.lora_a", true)]
    public void Names_of_mlx_end_in_lower_case(string tensor, bool isA) => Assert.Equal((Query, isA), (PeftTensorName.Parse(tensor, isMlx: true, "file") is var name ? name.Module : "", name.IsA));

    [Theory]
    [InlineData($"{Query}.lora_a", false), InlineData($"base_model.model.{Query}.lora_A.weight", true), InlineData($"{Query}.lora_a.weight", true), InlineData("lora_a", true), InlineData("module.lora_A.weight", false)]
    public void Names_of_the_other_program_are_refused(string tensor, bool isMlx) =>
        Assert.Equal(AdapterError.UnknownTensor, Assert.Throws<AdapterException>(() => PeftTensorName.Parse(tensor, isMlx, "file")).Error);

    [Theory]
    [InlineData($"{Query}.m", true, "DoRA"), InlineData("lm_head.weight", true, "merge"), InlineData("base_model.model.lm_head.weight", false, "save_embedding_layers=False")]
    [InlineData("base_model.model.model.embed_tokens.weight", false, "merge_and_unload"), InlineData("base_model.model.model.embed_tokens.lora_embedding_A.default", false, "embedding")]
    [InlineData($"base_model.model.{Query}.lora_magnitude_vector.default.weight", false, "DoRA"), InlineData($"base_model.model.{Query}.lora_B.bias", false, "lora_bias=False")]
    public void Parts_that_are_not_supported_are_refused_with_what_to_do(string tensor, bool isMlx, string remedy)
    {
        var refused = Assert.Throws<AdapterException>(() => PeftTensorName.Parse(tensor, isMlx, "file"));
        Assert.Equal((AdapterError.Unsupported, tensor), (refused.Error, refused.Field));
        Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
    }
}
